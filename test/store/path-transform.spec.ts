import assert from 'node:assert/strict'
import fc from 'fast-check'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { checkPath, fanOutFolders, pathTransform } from '../../src/store/path-transform.js'

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
