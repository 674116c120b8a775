import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, parseCid } from '../../protocols/block/cid.js'
import { encodeManifest, KEY_BYTES, SEAL_BYTES, SIZE_BYTES } from '../../protocols/block/tree.js'
import { ProtocolError } from '../../protocols/errors.js'
import { isMissing, missingTotals } from '../../src/index/queries/missing.js'
import type { DfsNode, FileInfo } from '../../src/api/node.js'
import { address, bytesOf, Cluster, collect, connected, held, inside, knows, next, parted, same } from './cluster.js'
import { LIES, misbehave } from './liars.js'

const MIB = 1024 ** 2

/** Resolves once this node knows the version and has brought itself every block of it. */
async function holds (node: DfsNode, file: Pick<FileInfo, 'name' | 'version' | 'cid'>): Promise<void> {
  const { db, store } = inside(node).folder
  const root = CID.parse(file.cid)
  for (;;) {
    const held = next(node, 'file:held', ({ cid }) => cid === file.cid)
    const row = db.get<{ id: Uint8Array }>('SELECT id FROM entries WHERE root = ?', root.bytes)
    if (row !== undefined && !isMissing(db, row.id) && await store.complete(root)) return
    await held
  }
}

/** Counts what `node` sends to others, by block; `gate` holds up each block but the first `free`. */
function served (node: DfsNode, free = Infinity, gate: Promise<void> = Promise.resolve()): { blocks: Map<string, number>, bytes: number, stuck: Promise<void> } {
  const { store } = inside(node).folder
  const read = store.read.bind(store)
  const stuck = Promise.withResolvers<void>()
  const seen = { blocks: new Map<string, number>(), bytes: 0, stuck: stuck.promise }
  let count = 0
  store.read = async (cid, options) => {
    const bytes = await read(cid, options)
    // only gets of others read without hashing
    if (options?.verify !== false || bytes === undefined) return bytes
    if (++count > free) {
      stuck.resolve()
      await gate
    }
    seen.blocks.set(cid.toString(), (seen.blocks.get(cid.toString()) ?? 0) + 1)
    seen.bytes += bytes.length
    return bytes
  }
  return seen
}

describe('node: catching up', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('a member that was away while 20 files were put has them all by itself, and needs nobody then', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node()
    const b = await cluster.member(a, { dir })
    await b.stop()
    await parted(a, b.peer)
    const content = (n: number): Uint8Array => bytesOf(n, n % 5 === 0 ? 2 * MIB + n : 1000 * n)
    const files: FileInfo[] = []
    for (let n = 0; n < 20; n++) files.push(await a.put(`file ${n}`, content(n), { durable: 1 }))
    const back = await cluster.node({ dir, bootstrap: a.addresses })
    const events: string[] = []
    back.addEventListener('file:held', ({ detail }) => { events.push(`${detail.version} ${detail.cid}`) })
    await Promise.all(files.map((file) => holds(back, file)))
    assert.deepEqual(new Set(events), new Set(files.map(({ version, cid }) => `${version} ${cid}`)))
    assert.equal(events.length, 20)
    assert.deepEqual(inside(back).parts.downloader.state(), { versions: 0, bytes: 0, active: 0, invalid: 0 })
    await a.stop()
    await parted(back, a.peer)
    for (let n = 0; n < 20; n++) same(await collect(back.get(`file ${n}`)), content(n))
  })

  it('a restart in the middle goes on where it was', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node({ listen: [address()] })
    const b = await cluster.member(a, { dir })
    const gate = Promise.withResolvers<void>()
    const seen = served(a, 8, gate.promise)
    const file = await a.put('large', bytesOf('large', 20 * MIB), { durable: 1 })
    await seen.stuck
    const { store, db } = inside(b).folder
    // what was sent is here when the node stops
    while (db.get<{ n: number }>('SELECT count(*) AS n FROM pins')?.n !== 8) await new Promise(setImmediate)
    assert.equal(await store.complete(CID.parse(file.cid)), false)
    const before = [...seen.blocks.keys()]
    await b.stop()
    gate.resolve()
    await parted(a, b.peer)
    seen.blocks.clear()
    const back = await cluster.node({ dir, bootstrap: a.addresses })
    await holds(back, file)
    assert.ok(before.length >= 8)
    assert.deepEqual(before.slice(0, 8).filter((cid) => seen.blocks.has(cid)), [])
    assert.equal(new Set([...before.slice(0, 8), ...seen.blocks.keys()]).size, 21)
    await a.stop()
    await parted(back, a.peer)
    same(await collect(back.get('large')), bytesOf('large', 20 * MIB))
  })

  it('what one member has reaches a third that never met the first', async () => {
    const a = await cluster.node()
    const invite = await a.invite({ role: 'write' })
    const b = await cluster.member(a)
    const file = await a.put('x', bytesOf('x', 3 * MIB), { durable: 1 })
    await holds(b, file)
    await a.stop()
    await parted(b, a.peer)
    const c = await cluster.node({ invite, bootstrap: b.addresses })
    await holds(c, file)
    await b.stop()
    await parted(c, b.peer)
    same(await collect(c.get('x')), bytesOf('x', 3 * MIB))
  })

  it('a member that hears of a version before anybody within its reach has it gets it once somebody has', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const c = await cluster.member(a, { bootstrap: b.addresses })
    await connected(b, c)
    const gets = inside(c).parts.clients.get
    const to = gets.to.bind(gets)
    gets.to = async (peer, options) => {
      if (peer === a.peer) throw new ProtocolError('INCOMPLETE', 'c gets nothing from a')
      return to(peer, options)
    }
    const gate = Promise.withResolvers<void>()
    const seen = served(a, 0, gate.promise)
    const file = await a.put('x', bytesOf('x', 2 * MIB), { durable: 1 })
    await seen.stuck
    await knows(c, 'x', file.version)
    while (inside(c).parts.downloader.state().waiting !== 'holders') await new Promise(setImmediate)
    gate.resolve()
    await holds(b, file)
    await holds(c, file)
  })

  for (const role of ['read', 'store'] as const) {
    it(`a member with role ${role} pulls`, async () => {
      const a = await cluster.node()
      const early = await a.put('early', bytesOf('early', 2 * MIB))
      const b = await cluster.member(a, { role })
      const late = await a.put('late', 'text', { durable: 1 })
      await holds(b, early)
      await holds(b, late)
      assert.equal(held(b).blocks, held(a).blocks)
    })
  }

  it('what was let go stays away', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node({ dir, listen: [address()] })
    const b = await cluster.member(a)
    const gone = await a.put('gone', bytesOf('gone', 2 * MIB), { durable: 2 })
    await a.evict('gone')
    assert.equal(held(a).blocks, 0)
    await a.stop()
    await parted(b, a.peer)
    const back = await cluster.node({ dir, bootstrap: b.addresses })
    await connected(back, b)
    // a later version comes, so that every earlier one had its turn
    const later = await b.put('later', bytesOf('later', 2 * MIB), { durable: 1 })
    await holds(back, later)
    assert.equal(await inside(back).folder.store.complete(CID.parse(gone.cid)), false)
    assert.equal(inside(back).parts.downloader.state().versions, 0)
    assert.equal(held(back).blocks, 3)
  })

  it('without room it says so, and goes on when there is some', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { capacity: 5 * MIB })
    const first = await a.put('first', bytesOf('first', 3 * MIB), { durable: 1 })
    await holds(b, first)
    const second = await a.put('second', bytesOf('second', 3 * MIB), { durable: 1 })
    const { downloader } = inside(b).parts
    while (downloader.state().waiting !== 'room') await new Promise(setImmediate)
    const { versions, bytes } = downloader.state()
    assert.equal(versions, 1)
    assert.ok(bytes > 3 * MIB)
    assert.equal(held(b).reserved, 0)
    await b.evict('first')
    await holds(b, second)
    assert.deepEqual(downloader.state(), { versions: 0, bytes: 0, active: 0, invalid: 0 })
  })

  it('without capacity nothing is pulled', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { capacity: 0 })
    const c = await cluster.member(a)
    const file = await a.put('x', 'text', { durable: 1 })
    await knows(b, 'x', file.version)
    await holds(c, file)
    assert.equal(held(b).blocks, 0)
    assert.equal(inside(b).parts.downloader.state().waiting, 'capacity')
  })

  for (const what of ['other bytes of the same length', 'one byte too many', 'missing', 'garbage in a frame', 'a reset', 'nothing'] as const) {
    it(`a member that answers with ${what} costs only itself`, async () => {
      const a = await cluster.node()
      const liar = await cluster.member(a)
      const file = await a.put('x', bytesOf('x', 3 * MIB), { durable: 2 })
      const lie = LIES[what]
      assert.ok(lie !== undefined)
      await misbehave(liar, lie)
      const c = await cluster.member(a, { bootstrap: liar.addresses }, { inactivityMs: 500 })
      await holds(c, file)
      assert.equal(held(c).blocks, held(a).blocks)
      await a.stop()
      await parted(c, a.peer)
      same(await collect(c.get('x')), bytesOf('x', 3 * MIB))
    })
  }

  it('a version with an invalid manifest is set aside, and those after it come', async () => {
    const a = await cluster.node()
    const bytes = new Uint8Array(encodeManifest({ level: 0, links: [parseCid(Uint8Array.of(1, 0x55, 0x12, 32, ...bytesOf('c', 32)))], sizes: [1000], bytes: 1000 }, bytesOf('s', SEAL_BYTES + SIZE_BYTES + KEY_BYTES)))
    const root = cidOf(DAG_CBOR, bytes)
    await inside(a).folder.store.put(root, bytes)
    const lineage = bytesOf('lineage', 32)
    await inside(a).parts.vault.commitPut('bad', { root, key: bytesOf('key', 32), size: 900, bytes: bytes.length + 1000, lineage }, async (extra) => { await inside(a).folder.db.write(extra) })
    const b = await cluster.member(a)
    const good = await a.put('good', bytesOf('good', 2 * MIB), { durable: 1 })
    await holds(b, good)
    const { downloader } = inside(b).parts
    while (downloader.state().invalid === 0) await new Promise(setImmediate)
    assert.deepEqual(downloader.state(), { versions: 0, bytes: 0, active: 0, invalid: 1 })
    assert.equal(held(b).blocks, 3)
    assert.equal((await b.status()).entries, (await a.status()).entries)
  })

  it('fetches nothing of what is being pushed to it', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const seen = served(a)
    for (let n = 0; n < 5; n++) await a.put(`pushed ${n}`, bytesOf(n, n % 2 === 0 ? 6 * MIB : 500), { durable: 2 })
    const marker = await a.put('pulled', bytesOf('pulled', 2 * MIB), { durable: 1 })
    await holds(b, marker)
    assert.deepEqual([...seen.blocks.values()], [1, 1, 1])
    assert.ok(seen.blocks.has(marker.cid))
    assert.ok(seen.bytes < 3 * MIB)
  })

  it('a get of what is being pulled waits for the same transfers', async () => {
    const a = await cluster.node()
    const { version, cid } = await a.put('x', bytesOf('x', 8 * MIB))
    const gate = Promise.withResolvers<void>()
    const seen = served(a, 0, gate.promise)
    const b = await cluster.member(a)
    await knows(b, 'x', version)
    await seen.stuck
    const got = collect(b.get('x'))
    await new Promise(setImmediate)
    gate.resolve()
    same(await got, bytesOf('x', 8 * MIB))
    await holds(b, { name: 'x', version, cid })
    assert.equal(seen.blocks.get(cid), 1)
    assert.equal(seen.blocks.size, 9)
  })

  it('what was put or pushed here is not missing, nor what was let go, from that very commit on', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    for (const node of [a, b]) await inside(node).parts.downloader.stop()
    const missing = (node: DfsNode): number => missingTotals(inside(node).folder.db).versions
    const pushed = await a.put('pushed', bytesOf('pushed', 2 * MIB), { durable: 2 })
    await a.put('small', 'text', { durable: 2 })
    assert.deepEqual([missing(a), missing(b)], [0, 0])
    const { db } = inside(a).folder
    const root = CID.parse(pushed.cid).bytes
    await db.write([['INSERT INTO missing (entry, root, bytes, n) SELECT id, root, bytes, n FROM entries WHERE root = ?', root]])
    assert.equal(missing(a), 1)
    // the end of a round would count too
    await inside(a).parts.sync.stop()
    let again = 0
    ;(inside(a).parts.downloader as { again: () => void }).again = () => { again++ }
    await a.evict('pushed')
    // what had no room may have some now
    assert.deepEqual([missing(a), again], [0, 1])
  })

  it('a put that failed with NotDurableError goes on by being pulled', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node()
    const b = await cluster.member(a, { dir })
    await b.stop()
    await parted(a, b.peer)
    await assert.rejects(a.put('x', bytesOf('x', 2 * MIB), { durable: 2 }), { code: 'NOT_DURABLE' })
    const back = await cluster.node({ dir, bootstrap: a.addresses })
    await holds(back, await a.stat('x'))
  })

  it('a node that stops right after a put lets members have it', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const file = await a.put('x', bytesOf('x', 4 * MIB), { durable: 1 })
    await a.stop()
    assert.equal(await inside(b).folder.store.complete(CID.parse(file.cid)), true)
  })
})
