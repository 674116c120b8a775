import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { UNKNOWN_MS } from '../../src/defaults.js'
import { FsBlobs } from '../../src/blockstore/fs-blobs.js'
import { ForeignBlobs } from '../../src/blockstore/foreign-blobs.js'
import { CrashRig, DIR } from './crash-rig.js'
import { chunkedVersion, memoryStore, newUpload, rawBlock, type TestBlock } from './fixtures.js'
import { Stopped } from './simulated-disk.js'

/** A rig in which the process was killed after the file of this block had its name, and before its row was committed. */
async function killedBeforeRow ({ cid, bytes }: TestBlock, step: 'syncFolder' | 'commit'): Promise<CrashRig> {
  const rig = await CrashRig.create()
  rig.machine.fault = ({ name, path }) => { if (name === step && (step === 'commit' || path.endsWith('/f'))) throw new Stopped() }
  await assert.rejects(rig.store.put(cid, bytes))
  await rig.kill()
  assert.equal(rig.files('blocks').length, 1)
  assert.equal(rig.store.stat(cid), undefined)
  return rig
}

describe('store: files without a row', () => {
  it('are taken in, counted, read, and kept without anybody naming them', async () => {
    const block = rawBlock('orphan', 500)
    const rig = await killedBeforeRow(block, 'commit')
    const seen: number[] = []
    assert.deepEqual(await rig.store.adoptUnknown({ onFile: (bytes) => { seen.push(bytes) } }), { blocks: 1, bytes: 500, damaged: 0, strange: 0 })
    assert.deepEqual(seen, [500])
    assert.equal(rig.store.usage().used, 500)
    assert.deepEqual(await rig.store.read(block.cid), block.bytes)
    // a second look finds nothing new
    assert.equal((await rig.store.adoptUnknown()).blocks, 0)
    await rig.kill()
    rig.time += UNKNOWN_MS - 1
    await rig.store.expire()
    assert.deepEqual(await rig.store.read(block.cid), block.bytes)
    // then it waits in the trash, as what is dead does
    rig.time += 2
    assert.deepEqual(await rig.store.expire(), { blocks: 1, bytes: 500 })
    const { blocks, trash } = rig.store.usage()
    assert.deepEqual([blocks, trash], [0, { blocks: 1, bytes: 500 }])
    assert.deepEqual(rig.files('blocks'), [])
    // a process that looks for files without a row does not find it
    assert.equal((await rig.store.adoptUnknown()).blocks, 0)
    await rig.db.close()
  })

  it('stay for good once a version names them', async () => {
    const version = chunkedVersion('v', 2, (index) => rawBlock(`chunk ${index}`, index === 0 ? 1024 ** 2 + 48 : 64 * 1024 + 48))
    const [root, first] = version
    assert.ok(root !== undefined && first !== undefined)
    const rig = await killedBeforeRow(first, 'commit')
    await rig.store.adoptUnknown()
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    assert.deepEqual(await rig.store.pin(upload, [first.cid]), [true])
    for (const { cid, bytes } of version) if (cid !== first.cid) await rig.store.put(cid, bytes, { upload })
    await rig.store.finish(upload, root.cid)
    rig.time += UNKNOWN_MS + 1
    await rig.store.expire()
    assert.equal(await rig.store.complete(root.cid), true)
    await rig.db.close()
  })

  it('outlive a loss of power right after they were taken in, although their names were never synced', async () => {
    const block = rawBlock('orphan', 500)
    const rig = await killedBeforeRow(block, 'syncFolder')
    await rig.store.adoptUnknown()
    await rig.powerLoss(() => false)
    assert.deepEqual(await rig.store.read(block.cid), block.bytes)
    await rig.db.close()
  })

  it('with wrong bytes go to quarantine, and are told of', async () => {
    const block = rawBlock('orphan', 500)
    const rig = await killedBeforeRow(block, 'commit')
    rig.disk.damage(rig.files('blocks')[0] ?? '', new Uint8Array(500))
    assert.deepEqual(await rig.store.adoptUnknown(), { blocks: 0, bytes: 0, damaged: 1, strange: 0 })
    assert.equal(rig.store.stat(block.cid), undefined)
    assert.equal(rig.files('blocks').length, 0)
    assert.equal(rig.corrupt.length, 1)
    await rig.db.close()
  })

  it('are hashed before anything is answered for them, when taking them in did not', async () => {
    const [good, bad, again] = [rawBlock('good', 500), rawBlock('bad', 500), rawBlock('again', 500)]
    const rig = await CrashRig.create()
    const folder = `${DIR}/blocks/f`
    await rig.disk.makeFolder(folder)
    for (const { cid, bytes } of [good, again, bad]) rig.disk.damage(`${folder}/${cid.toString()}`, cid === bad.cid || cid === again.cid ? new Uint8Array(500) : bytes)
    assert.deepEqual(await rig.store.adoptUnknown({ verify: false }), { blocks: 3, bytes: 1500, damaged: 0, strange: 0 })
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    assert.deepEqual(await rig.store.pin(upload, [good.cid, bad.cid]), [true, false])
    // a put of what lies there with its length, and with other bytes, writes it
    await rig.store.put(again.cid, again.bytes, { upload })
    assert.deepEqual(await rig.store.read(again.cid), again.bytes)
    assert.equal(rig.corrupt.length, 2)
    await rig.db.close()
  })

  it('that are about to be removed are left to that', async () => {
    const block = rawBlock('removed', 500)
    const rig = await CrashRig.create()
    await rig.store.put(block.cid, block.bytes)
    rig.machine.fault = ({ name }) => { if (name === 'remove') throw new Stopped() }
    await rig.store.delete(block.cid)
    assert.equal(rig.files('blocks').length, 1)
    assert.equal((await rig.store.adoptUnknown()).blocks, 0)
    await rig.db.close()
  })

  it('of a put under way are that put\'s', async () => {
    const rig = await CrashRig.create()
    const blocks = Array.from({ length: 20 }, (_, n) => rawBlock(n, 500 + n))
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    const puts = blocks.map(({ cid, bytes }) => rig.store.put(cid, bytes, { upload }))
    const looks = Array.from({ length: 20 }, () => rig.store.adoptUnknown())
    await Promise.all(puts)
    for (const { blocks: adopted } of await Promise.all(looks)) assert.equal(adopted, 0)
    await rig.store.abandon(upload)
    assert.deepEqual(rig.files('blocks'), [])
    await rig.db.close()
  })

  it('looking for them ends with its signal', async () => {
    const rig = await killedBeforeRow(rawBlock('orphan', 500), 'commit')
    await assert.rejects(rig.store.adoptUnknown({ signal: AbortSignal.abort(new Error('enough')) }), /enough/)
    assert.equal(rig.store.usage().blocks, 0)
    await rig.db.close()
  })
})

describe('store: where files without a row are looked for', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-adopt-')) })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const lay = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }

  it('by their names in their places; other files and links are left where they are', async () => {
    const blobs = await FsBlobs.open({ dir })
    const [block, elsewhere] = [rawBlock('a', 70_000), rawBlock('b', 70_000)]
    await blobs.write(block.cid, block.bytes)
    await lay(join(dir, 'blocks', 'aa', 'note.txt'), new Uint8Array(3))
    await lay(join(dir, 'blocks', elsewhere.cid.toString()), elsewhere.bytes)
    await lay(join(dir, 'outside'), block.bytes)
    await symlink(join(dir, 'outside'), join(dir, 'blocks', 'bb', rawBlock('c', 10).cid.toString()))
    const { store, close } = await memoryStore({ blobs })
    assert.deepEqual(await store.adoptUnknown(), { blocks: 1, bytes: 70_000, damaged: 0, strange: 2 })
    assert.deepEqual(await store.read(block.cid), block.bytes)
    await close()
  })

  it('by their bytes under a pathTransform whose paths do not name them', async () => {
    const pathTransform = (cid: { toString: () => string }): string => `x/${cid.toString().split('').toReversed().join('')}`
    const blobs = await FsBlobs.open({ dir, pathTransform })
    const blocks = [rawBlock('a', 70_000), ...chunkedVersion('v', 2).slice(0, 1)]
    for (const { cid, bytes } of blocks) await blobs.write(cid, bytes)
    const { store, close } = await memoryStore({ blobs })
    assert.deepEqual(await store.adoptUnknown({ verify: false }), { blocks: 0, bytes: 0, damaged: 0, strange: 2 })
    assert.equal((await store.adoptUnknown()).blocks, 2)
    for (const { cid, bytes } of blocks) assert.deepEqual(await store.read(cid), bytes)
    await close()
  })

  it('in a store from outside, where that can list what it has', async () => {
    const outside = new MemoryBlockstore()
    const block = rawBlock('a', 70_000)
    await outside.put(block.cid, block.bytes)
    const { store, close } = await memoryStore({ blobs: new ForeignBlobs(outside) })
    assert.equal((await store.adoptUnknown()).blocks, 1)
    assert.deepEqual(await store.read(block.cid), block.bytes)
    await close()
  })
})

describe('store: relink', () => {
  it('names a version again whose blocks are all there, and leaves another as it is', async () => {
    const { store, db, close } = await memoryStore({ capacity: 1 })
    const version = chunkedVersion('v', 2)
    const [root, , last] = version
    assert.ok(root !== undefined && last !== undefined)
    const note: [string, ...string[]] = ['INSERT INTO node_state VALUES (?, ?)', 'k', 'v']
    await store.adoptBytes(version.slice(0, 2))
    assert.equal(await store.relink(root.cid, [note]), false)
    assert.equal(db.get('SELECT 1 FROM node_state'), undefined)
    assert.deepEqual(store.rootsOf(root.cid), [])
    await store.adoptBytes([last])
    assert.equal(await store.relink(root.cid, [note]), true)
    assert.equal(db.get<{ value: string }>('SELECT value FROM node_state')?.value, 'v')
    assert.deepEqual(store.rootsOf(last.cid).map(String), [root.cid.toString()])
    await store.release(root.cid)
    await close()
  })
})
