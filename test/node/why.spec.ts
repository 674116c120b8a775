import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { Receipts } from '../../src/replication/push/receipts.js'
import { bytesOf, Cluster, failsWith, inside, knows, next, parted } from './cluster.js'

const MIB = 1024 ** 2

describe('node: why', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('says what is here, who wrote it, who knows of it, and who gave its word', async () => {
    const a = await cluster.node({ label: 'a' })
    const b = await cluster.member(a, { label: 'b', dir: await cluster.dir() })
    await a.put('x', 'older', { durable: 2 })
    const file = await a.put('x', bytesOf('one', 2 * MIB), { durable: 2 })
    await knows(b, 'x', file.version)
    const here = await a.why('x')
    const [other] = here.members
    assert.ok(other?.word !== undefined && other.lastSeen !== undefined)
    assert.deepEqual(here, {
      name: 'x',
      current: here.current,
      versions: 2,
      conflict: [],
      here: { whole: true },
      copies: { wanted: 3, held: 2, lending: 2, graceMs: 3600_000 },
      should: true,
      members: [{ peer: b.peer, label: 'b', connected: true, present: true, wrote: false, knows: true, word: other.word, lastSeen: other.lastSeen, lends: true, should: true, has: { state: 'held', asked: other.has?.asked } }]
    })
    assert.equal(here.current.version, file.version)
    const there = await b.why('x')
    assert.deepEqual(there.current, here.current)
    assert.deepEqual(there.members.map(({ peer, wrote, knows, word }) => [peer, wrote, knows, word]), [[a.peer, true, true, undefined]])

    await b.stop()
    await parted(a, b.peer)
    const [away] = (await a.why('x')).members
    assert.deepEqual([away?.connected, away?.knows], [false, true])
    const later = await a.put('x', 'newer', { durable: 1 })
    const [unaware] = (await a.why('x')).members
    assert.deepEqual([unaware?.knows, unaware?.word], [false, undefined])
    assert.equal((await a.why('x')).current.version, later.version)
  })

  it('says why not all of it is here', async () => {
    const a = await cluster.node({ label: 'a' })
    const b = await cluster.member(a, { label: 'b' })
    const file = await a.put('x', bytesOf('one', 2 * MIB), { durable: 2 })
    await knows(b, 'x', file.version)
    await b.evict('x')
    assert.deepEqual((await b.why('x')).here, { whole: false, why: 'let go' })
    // it is to be brought, and whoever has it is away
    await b.stop()
    await parted(a, b.peer)
    const root = CID.parse(file.cid).bytes
    await inside(a).folder.store.release(CID.parse(file.cid), [['INSERT INTO missing (n, entry, root, bytes) SELECT n, id, root, bytes FROM entries WHERE root = ?', root]])
    const { placement, replicas } = inside(a).parts
    replicas.reconcile.mark(placement.state.groupOf(root)?.slot ?? -1, 'entry')
    while ((await a.why('x')).here?.why !== 'members') await new Promise((resolve) => { setImmediate(resolve) })
    const reader = await cluster.member(a, { role: 'read', capacity: 0 })
    assert.deepEqual((await reader.why('x')).here, { whole: false, why: 'capacity' })
  })

  it('tells of a conflict, and of what a deleted name was', async () => {
    const a = await cluster.node({ label: 'a' })
    const first = await a.put('x', 'one')
    const { entries } = inside(a).parts.vault
    const heads = entries.heads.bind(entries)
    entries.heads = () => ({ heads: [], newest: undefined, conflict: false })
    await a.put('x', 'two')
    entries.heads = heads
    const torn = await a.why('x')
    assert.equal(torn.conflict.length, 1)
    assert.deepEqual([torn.current.version, torn.conflict[0]?.version].includes(first.version), true)
    const deleted = await a.delete('x')
    const gone = await a.why('x')
    assert.equal(gone.current.version, deleted.version)
    assert.equal(gone.here, undefined)
    assert.equal(gone.last?.here, true)
    assert.deepEqual(gone.conflict, [])
    await failsWith(a.why('y'), 'FILE_NOT_FOUND')
  })

  it('knows of a name that came just now, after asking', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    inside(a).parts.sync.forward = () => {}
    const file = await a.put('x', 'text', { durable: 1 })
    const held = next(b, 'file:held')
    assert.equal((await b.why('x')).current.version, file.version)
    await held
    assert.equal((await b.why('x')).here?.whole, true)
  })

  it('receipts are remembered up to a bound, the newest word of each member', () => {
    const receipts = new Receipts()
    receipts.add('one', 'p', 1)
    receipts.add('one', 'p', 2)
    receipts.add('one', 'q', 3)
    assert.deepEqual([...receipts.of('one')], [['p', 2], ['q', 3]])
    for (let n = 0; n < 4096; n++) receipts.add(`root ${n}`, 'p', n)
    assert.equal(receipts.of('one').size, 0)
    assert.equal(receipts.of('root 0').get('p'), 0)
  })
})
