import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { FsBlobs } from '../../src/blockstore/fs-blobs.js'
import { checkPath, fanOutFolders, pathTransform } from '../../src/blockstore/path-transform.js'
import { rawBlock, type TestBlock as Block } from './fixtures.js'

describe('store paths', () => {
  it('is two characters of fan-out and the CID', () => {
    const cid = cidOf(RAW, new TextEncoder().encode('a block'))
    const name = cid.toString()
    assert.equal(pathTransform(cid), `${name.at(-3)}${name.at(-2)}/${name}`)
  })

  it('leads every CID to a folder that is made at init, and different ones to different files', () => {
    const folders = new Set(fanOutFolders())
    assert.equal(folders.size, 1024)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const paths = [RAW, DAG_CBOR].map((codec) => pathTransform(cidOf(codec as typeof RAW, bytes)))
      assert.notEqual(paths[0], paths[1])
      for (const path of paths) {
        assert.ok(folders.has(path.split('/')[0] ?? ''))
        assert.equal(checkPath(path), path)
      }
    }))
  })

  it('spreads over all folders', () => {
    const used = new Set(Array.from({ length: 20_000 }, (_, n) => pathTransform(cidOf(RAW, new TextEncoder().encode(String(n)))).slice(0, 2)))
    assert.equal(used.size, 1024)
  })

  for (const path of ['../x', 'a/../b', '/a', 'a//b', '.', 'a/.', '', 'a\\b', 'a\0b', 'ü']) {
    it(`refuses ${JSON.stringify(path)} from a transform`, () => {
      assert.throws(() => checkPath(path), RangeError)
    })
  }
})

describe('paths from outside', () => {
  let dir = ''
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-paths-')) })
  afterEach(() => rm(dir, { recursive: true }))

  for (const [how, write] of [
    ['one after the other', async (blobs: FsBlobs, [a, b]: readonly [Block, Block]) => [await settled(blobs.write(a.cid, a.bytes)), await settled(blobs.write(b.cid, b.bytes))]],
    ['at once', async (blobs: FsBlobs, [a, b]: readonly [Block, Block]) => Promise.all([settled(blobs.write(a.cid, a.bytes)), settled(blobs.write(b.cid, b.bytes))])]
  ] as const) {
    it(`of which two are one, written ${how}: the second block is refused, and the first one stays`, async () => {
      const blobs = await FsBlobs.open({ dir, pathTransform: () => 'x/same' })
      const [a, b] = [rawBlock('a', 500), rawBlock('b', 500)] as const
      assert.deepEqual(await write(blobs, [a, b]), ['written', 'INVALID_OPTION'])
      assert.deepEqual(await blobs.read(a.cid, 500), a.bytes)
      assert.equal(await settled(blobs.write(a.cid, a.bytes)), 'written')
    })
  }

  it('where something lies that is no block of that path: it gives way, as it would by the own paths', async () => {
    const blobs = await FsBlobs.open({ dir, pathTransform: (cid) => `x/${cid.toString()}` })
    const { cid, bytes } = rawBlock('a', 500)
    await mkdir(join(dir, 'blocks', 'x'))
    await writeFile(join(dir, 'blocks', 'x', cid.toString()), 'damaged')
    assert.equal(await settled(blobs.write(cid, bytes)), 'written')
    assert.deepEqual(await blobs.read(cid, 500), bytes)
  })
})

async function settled (write: Promise<void>): Promise<string> {
  return write.then(() => 'written', (error: { code: string }) => error.code)
}
