import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { dropNodeState, REBUILT, setNodeState } from '../../src/index/queries/node-state.js'
import { untrash } from '../../src/index/queries/release.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { CrashRig, DIR } from './crash-rig.js'
import { chunkedVersion, inlineVersion, memoryStore, newUpload, rawBlock, type TestBlock } from './fixtures.js'

const DAY_MS = 86400e3
const failing = (code: string): Error => Object.assign(new Error(code), { code })
const ENTRY: [string, ...Array<string | number>] = ['INSERT INTO addresses (peer, address, seen) VALUES (?, ?, ?)', 'p', 'a', 1]
const empty = { blocks: 0, bytes: 0 }

describe('store trash', () => {
  let rig: CrashRig
  const version = chunkedVersion('version', 2, (index) => rawBlock(`chunk ${index}`, index === 0 ? 1024 ** 2 + 48 : 64 * 1024 + 48))
  const [root, first, second] = version as [TestBlock, TestBlock, TestBlock]
  const small = inlineVersion('small', 20)
  const bytesOf = (blocks: TestBlock[]): number => blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)

  beforeEach(async () => { rig = await CrashRig.create() })
  afterEach(async () => { await rig.db.close() })

  const putVersion = async (blocks: TestBlock[]): Promise<void> => {
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    for (const { cid, bytes } of blocks) await rig.store.put(cid, bytes, { upload })
    await rig.store.finish(upload, (blocks[0] as TestBlock).cid)
  }
  const bury = async (blocks = version): Promise<void> => {
    await putVersion(blocks)
    assert.deepEqual(await rig.store.release((blocks[0] as TestBlock).cid, [], { trash: true }), { blocks: blocks.length, bytes: bytesOf(blocks) })
  }
  const begin = async (): Promise<Uint8Array> => {
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    return upload
  }
  const noWriting = (): void => { rig.machine.fault = ({ name }) => { if (['create', 'write'].includes(name)) throw failing('ENOSPC') } }

  it('takes what only the released root names: files are moved, small blocks stay in the index, both count', async () => {
    await putVersion([small])
    await putVersion(version)
    const { used } = rig.store.usage()
    await rig.store.release(root.cid, [], { trash: true })
    await rig.store.release(small.cid, [], { trash: true })
    assert.deepEqual(rig.files('blocks'), [])
    assert.deepEqual(rig.files('trash').sort(), [first, second].map(({ cid }) => `${DIR}/trash/${String(cid)}`).sort())
    const { trash, used: after, blocks } = rig.store.usage()
    assert.deepEqual(trash, { blocks: 4, bytes: bytesOf([...version, small]) })
    assert.deepEqual([after, blocks], [used, 0])
    assert.equal(rig.db.get('SELECT 1 FROM unlinks'), undefined)
    assert.equal(rig.db.get('SELECT 1 FROM releasing'), undefined)
  })

  it('is looked in by has, stat, read and get, and not by getAll; a version in it is not whole', async () => {
    await bury()
    await bury([small])
    for (const { cid, bytes } of [...version, small]) {
      assert.equal(await rig.store.has(cid), true)
      assert.deepEqual(rig.store.stat(cid), { size: bytes.length })
      assert.deepEqual(await rig.store.read(cid), bytes)
      for await (const piece of rig.store.get(cid)) assert.deepEqual(piece, bytes)
    }
    for await (const { cid } of rig.store.getAll()) assert.fail(String(cid))
    assert.deepEqual(rig.store.rootsOf(first.cid), [])
    assert.equal(await rig.store.complete(root.cid), false)
    assert.equal(await rig.store.complete(small.cid), false)
  })

  it('is emptied of what was in it for its whole time', async () => {
    await bury()
    rig.time += DAY_MS - 1
    await bury([small])
    assert.deepEqual(await rig.store.emptyTrash(), empty)
    rig.time += 1
    assert.deepEqual(await rig.store.emptyTrash(), { blocks: 3, bytes: bytesOf(version) })
    assert.deepEqual(rig.files('trash'), [])
    assert.equal(rig.store.stat(first.cid), undefined)
    assert.equal(await rig.store.read(first.cid), undefined)
    assert.deepEqual(rig.store.usage().trash, { blocks: 1, bytes: small.bytes.length })
    rig.time += DAY_MS
    await rig.store.emptyTrash()
    assert.equal(rig.db.get('SELECT 1 FROM blocks'), undefined)
    assert.equal(rig.store.usage().used, 0)
  })

  it('keeps for its whole time again what was read in it', async () => {
    await bury()
    await bury([small])
    rig.time += DAY_MS - 1
    await rig.store.read(first.cid)
    await rig.store.read(small.cid)
    rig.time += DAY_MS - 1
    await rig.store.emptyTrash()
    assert.deepEqual(await rig.store.read(first.cid), first.bytes)
    assert.deepEqual(await rig.store.read(small.cid), small.bytes)
    assert.equal(rig.store.stat(second.cid), undefined)
  })

  it('after a start each file lies where its row says, whatever the process before could not move', async () => {
    await bury()
    // as one that ended between the commit and the move
    await rig.db.write([untrash(first.cid.bytes)])
    assert.equal(rig.files('trash').length, 2)
    await rig.kill()
    assert.deepEqual(rig.files('blocks'), [`${DIR}/blocks/f/${String(first.cid)}`])
    assert.deepEqual(rig.files('trash'), [`${DIR}/trash/${String(second.cid)}`])
    assert.equal(rig.db.get('SELECT 1 FROM unlinks'), undefined)
    assert.deepEqual(await rig.store.read(first.cid), first.bytes)
  })

  it('is not emptied while the index is one that was made anew, not even for room', async () => {
    rig.capacity = bytesOf(version) + 10
    await rig.kill()
    await bury()
    await rig.db.write([setNodeState(REBUILT, '{}')])
    rig.time += 30 * DAY_MS
    assert.deepEqual(await rig.store.emptyTrash(), empty)
    await assert.rejects(rig.store.begin({ upload: newUpload(), writer: 'w', expected: 11 }), { code: 'NO_SPACE' })
    assert.equal(rig.files('trash').length, 2)
    await rig.db.write([dropNodeState(REBUILT)])
    assert.deepEqual(await rig.store.emptyTrash(), { blocks: 3, bytes: bytesOf(version) })
  })

  it('gives back what is pinned, with its file where held ones lie, and nothing of it is left there', async () => {
    await bury()
    await bury([small])
    const upload = await begin()
    noWriting() // and needs no room for it
    assert.deepEqual(await rig.store.pin(upload, [first.cid, small.cid, rawBlock('absent', 9).cid]), [true, true, false])
    assert.deepEqual(rig.files('blocks'), [`${DIR}/blocks/f/${String(first.cid)}`])
    assert.equal(rig.files('trash').length, 1)
    assert.deepEqual(rig.store.usage().trash, { blocks: 2, bytes: bytesOf([root, second]) })
    assert.equal(rig.db.get('SELECT 1 FROM unlinks'), undefined)
    rig.time += 2 * DAY_MS
    await rig.store.emptyTrash()
    assert.deepEqual(await rig.store.read(first.cid), first.bytes)
    assert.deepEqual(await rig.store.read(small.cid), small.bytes)
    assert.equal(rig.store.stat(root.cid), undefined)
  })

  it('gives back what is put, without writing it again: pinned, or kept', async () => {
    await bury()
    await bury([small])
    const upload = await begin()
    noWriting()
    await rig.store.put(first.cid, first.bytes, { upload })
    await rig.store.put(second.cid, second.bytes)
    await rig.store.put(small.cid, small.bytes)
    rig.time += 2 * DAY_MS
    await rig.store.emptyTrash()
    for (const { cid, bytes } of [first, second, small]) assert.deepEqual(await rig.store.read(cid), bytes)
    await rig.store.abandon(upload)
    await rig.store.delete(second.cid)
    await rig.store.delete(small.cid)
    assert.equal(rig.store.usage().used, 0)
    assert.deepEqual([...rig.files('blocks'), ...rig.files('trash')], [])
  })

  it('gives back what a finish names, pinned before or not, staged or not', async () => {
    await bury()
    const upload = await begin()
    await rig.store.pin(upload, [second.cid])
    await rig.store.finish(upload, root.cid)
    assert.equal(await rig.store.complete(root.cid), true)
    await bury([small])
    const staged = await begin()
    await rig.store.put(small.cid, small.bytes, { upload: staged, stage: true })
    await rig.store.finish(staged, small.cid)
    assert.equal(await rig.store.complete(small.cid), true)
    assert.deepEqual(rig.files('trash'), [])
    assert.deepEqual(rig.store.usage().trash, empty)
    rig.time += 2 * DAY_MS
    await rig.store.emptyTrash()
    for (const { cid, bytes } of [...version, small]) assert.deepEqual(await rig.store.read(cid), bytes)
  })

  it('takes nothing that got a name in the meantime: a ref, a pin, a keep', async () => {
    const sharing = chunkedVersion('sharing', 2, (index) => index === 0 ? first : rawBlock('own', second.bytes.length))
    await putVersion(sharing)
    await putVersion(version)
    const upload = await begin()
    await rig.store.pin(upload, [second.cid])
    await rig.store.put(root.cid, root.bytes)
    assert.deepEqual(await rig.store.release(root.cid, [], { trash: true }), empty)
    assert.deepEqual(rig.store.usage().trash, empty)
    assert.equal(await rig.store.complete((sharing[0] as TestBlock).cid), true)
  })

  it('forgets at once what is deleted, or was of an upload that ended', async () => {
    await bury()
    await rig.store.delete(first.cid)
    assert.equal(rig.store.stat(first.cid), undefined)
    assert.equal(rig.files('trash').length, 1)
    const upload = await begin()
    await rig.store.put(first.cid, first.bytes, { upload })
    await rig.store.abandon(upload)
    assert.equal(rig.store.stat(first.cid), undefined)
  })

  it('a block that is damaged there is not given back, and does not keep a good one out', async () => {
    await bury()
    rig.disk.damage(`${DIR}/trash/${String(first.cid)}`, first.bytes.slice(1))
    rig.disk.damage(`${DIR}/trash/${String(second.cid)}`, undefined)
    const upload = await begin()
    assert.deepEqual(await rig.store.pin(upload, [first.cid, second.cid]), [false, false])
    assert.equal(rig.store.stat(first.cid), undefined)
    assert.equal(rig.store.usage().quarantined, 1)
    await rig.store.put(first.cid, first.bytes, { upload })
    assert.deepEqual(await rig.store.read(first.cid), first.bytes)
    // long ago: hashed before it is answered for
    await bury([small])
    await rig.db.write([['UPDATE blocks SET bytes = zeroblob(length(bytes)) WHERE cid = ?', small.cid.bytes]])
    rig.time += 15 * DAY_MS
    assert.deepEqual(await rig.store.pin(upload, [small.cid]), [false])
    await assert.rejects(rig.store.finish(upload, small.cid), { code: 'BLOCKS_UNAVAILABLE' })
  })

  it('makes room: the oldest goes first, and no more than is needed', async () => {
    const blocks = Array.from({ length: 4 }, (_, n) => [inlineVersion(`room ${n}`, 4096)])
    const each = bytesOf(blocks[0] ?? [])
    rig.capacity = 4 * each
    await rig.kill()
    for (const one of blocks) {
      await bury(one)
      rig.time += 1000
    }
    assert.equal(rig.store.usage().used, 4 * each)
    const upload = newUpload()
    await rig.store.begin({ upload, writer: 'w', expected: each + 1 })
    assert.deepEqual(rig.store.usage().trash, { blocks: 2, bytes: 2 * each })
    assert.deepEqual(blocks.map(([one]) => rig.store.stat((one as TestBlock).cid) !== undefined), [false, false, true, true])
    await assert.rejects(rig.store.begin({ upload: newUpload(), writer: 'w', expected: 4 * each }), { code: 'NO_SPACE' })
    await rig.store.abandon(upload)
    // an upload that takes more than it said
    const more = newUpload()
    await rig.store.begin({ upload: more, writer: 'w', expected: 1 })
    await Promise.all([0, 1, 2, 3].map(async (n) => { const { cid, bytes } = rawBlock(`more ${n}`, each); await rig.store.put(cid, bytes, { upload: more }) }))
    assert.equal(rig.store.usage().used, 4 * each)
  })

  it('is none when nothing is free: what is released then goes for good', async () => {
    await putVersion([small])
    await putVersion(version)
    rig.machine.fault = ({ name }) => { if (['create', 'write', 'rename'].includes(name)) throw failing('ENOSPC') }
    await rig.store.release(root.cid, [], { trash: true })
    // what could not be moved is in the trash where it lies
    assert.equal(rig.files('blocks').length, 2)
    assert.equal(rig.store.usage().trash.blocks, 3)
    assert.deepEqual(await rig.store.read(first.cid), first.bytes)
    rig.time += DAY_MS
    assert.deepEqual(await rig.store.emptyTrash(), { blocks: 3, bytes: bytesOf(version) })
    assert.deepEqual([...rig.files('blocks'), ...rig.files('trash')], [])
  })

  it('a large root goes in pages, is not whole after the first, and the rest follows after a crash', async () => {
    const wide = await memoryStore()
    const many = chunkedVersion('many', 6)
    const cid = (many[0] as TestBlock).cid
    const upload = newUpload()
    await wide.store.begin({ upload, writer: 'w', expected: 0 })
    for (const each of many) await wide.store.put(each.cid, each.bytes, { upload })
    await wide.store.finish(upload, cid)
    // as a first page that took only the root left it
    await wide.db.write([
      ['INSERT INTO releasing SELECT id, 1 FROM blocks WHERE cid = ?', cid.bytes],
      ['DELETE FROM refs WHERE root = (SELECT id FROM blocks WHERE cid = ?) AND block = root', cid.bytes]
    ])
    assert.equal(await wide.store.complete(cid), true) // as blocks that are held
    assert.deepEqual(wide.store.rootsOf((many[1] as TestBlock).cid), [])
    assert.equal((await wide.store.resumeReleases()).blocks, 7)
    assert.equal(wide.db.get('SELECT 1 FROM refs'), undefined)
    assert.equal(wide.store.usage().trash.blocks, 7)
    await wide.close()
  })

  it('a root of more blocks than a page lets go all of them', async () => {
    const wide = await memoryStore()
    await wide.store.put(small.cid, small.bytes)
    const count = 5000
    await wide.db.write([
      ['UPDATE blocks SET kept = 0'],
      ['WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO blocks (cid, size, state, kept, verified, bytes) SELECT CAST(unhex(\'01551220\') || randomblob(32) AS BLOB), 10, 0, 0, 0, zeroblob(10) FROM n', count],
      ['INSERT INTO refs SELECT (SELECT id FROM blocks WHERE cid = ?), id FROM blocks', small.cid.bytes]
    ])
    let units = 0
    const write = wide.db.write.bind(wide.db)
    wide.db.write = (...args) => { units++; return write(...args) }
    assert.deepEqual(await wide.store.release(small.cid, [], { trash: true }), { blocks: count + 1, bytes: 10 * count + small.bytes.length })
    assert.equal(units, 3)
    assert.equal(wide.db.get('SELECT 1 FROM releasing'), undefined)
    assert.equal(wide.store.usage().trash.blocks, count + 1)
    await wide.close()
  })

  it('files of an index that is lost are found there, and are held again', async () => {
    await bury()
    await rig.db.write([['DELETE FROM blocks'], ['DELETE FROM unlinks']])
    assert.deepEqual(await rig.store.adoptUnknown(), { blocks: 2, bytes: bytesOf([first, second]), damaged: 0, strange: 0 })
    assert.deepEqual(rig.files('trash'), [])
    for (const { cid, bytes } of [first, second]) assert.deepEqual(await rig.store.read(cid), bytes)
  })

  it('needs nothing from the place where large blocks lie but one that keeps them', async () => {
    const memory = await memoryStore()
    const upload = newUpload()
    await memory.store.begin({ upload, writer: 'w', expected: 0 })
    for (const { cid, bytes } of version) await memory.store.put(cid, bytes, { upload })
    await memory.store.finish(upload, root.cid, [ENTRY])
    await memory.store.release(root.cid, [], { trash: true })
    assert.deepEqual(await memory.store.read(first.cid), first.bytes)
    await memory.store.put(second.cid, second.bytes)
    await memory.store.emptyTrash(Date.now() + DAY_MS)
    assert.equal(await memory.store.read(first.cid), undefined)
    assert.deepEqual(await memory.store.read(second.cid), second.bytes)
    await memory.close()
  })

  it('an index of the first version has one after its migration', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-trash-'))
    try {
      const path = join(dir, 'index.db')
      const old = await IndexDb.open({ path, migrations: MIGRATIONS.slice(0, 1) })
      await old.write([
        ['INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, ?, 0, 0, 0, ?)', small.cid.bytes, small.bytes.length, small.bytes],
        ['INSERT INTO refs VALUES (1, 1)']
      ])
      await old.close()
      const db = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
      const { store, close } = await memoryStore({ db })
      assert.equal(await store.complete(small.cid), true)
      await store.release(small.cid, [], { trash: true })
      assert.deepEqual(store.usage().trash, { blocks: 1, bytes: small.bytes.length })
      assert.deepEqual(await store.read(small.cid), small.bytes)
      await close()
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
