import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { MAX_PROMISES, PROMISE_MS } from '../../../protocols/audit/constants.js'
import { isMissingRoot, notMissing } from '../../../src/index/queries/missing.js'
import { SqliteReplicaState, type PlacedGroup } from '../../../src/replication/placement/sqlite-replica-state.js'
import { chunkedVersion, memoryStore, newUpload, type MemoryStore, type TestBlock } from '../../blockstore/fixtures.js'

const hash = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())

describe('replication: book in the index', () => {
  let here: MemoryStore
  let now = 0
  let own = 1000
  let wanted = 3
  const errors: unknown[] = []
  const blocks = chunkedVersion('held', 2)
  const root = blocks[0]!.cid

  beforeEach(async () => {
    here = await memoryStore()
    now = -1e12
    own = 1000
    wanted = 3
    await version(blocks, 7)
  })
  afterEach(async () => {
    await here.close()
    assert.deepEqual(errors, [])
  })

  const open = (youngMs = 0): SqliteReplicaState => new SqliteReplicaState({ db: here.db, store: here.store, now: () => now, ownMs: () => own, wanted: () => wanted, youngMs, onError: (error) => { errors.push(error) } })

  /** A version that is whole here, and its group. */
  async function version (all: TestBlock[], slot: number): Promise<void> {
    const id = hash(`entry ${slot}`)
    const [first] = all
    const bytes = all.reduce((sum, { bytes: { length } }) => sum + length, 0)
    await here.db.write([
      ["INSERT INTO entries (id, kind, writer, seq, tag, root, bytes, head, waiting, entry) VALUES (?, 'put', ?, ?, ?, ?, ?, 1, 0, ?)", id, hash('w'), slot, id, first!.cid.bytes, bytes, id],
      ['UPDATE groups SET slot = ? WHERE root = ?', slot, first!.cid.bytes]
    ])
    const upload = newUpload()
    await here.store.begin({ upload, writer: 'me', expected: bytes })
    for (const block of all) await here.store.put(block.cid, block.bytes, { upload })
    await here.store.finish(upload, first!.cid, [notMissing(first!.cid.bytes)])
  }

  function groupOf (book: SqliteReplicaState): PlacedGroup {
    const group = book.groupOf(root.bytes)
    assert.ok(group !== undefined)
    return group
  }

  it('knows the groups of a slot, how many copies they want, and what is held', () => {
    const book = open()
    const [group, ...others] = [...book.inSlot(7)]
    assert.deepEqual([group?.copies, others.length, book.own(groupOf(book)).have], [3, 0, 'held'])
    wanted = 0
    assert.equal(groupOf(book).copies, 0)
  })

  it('of a leave and a promise one comes first, and the other one is refused', async () => {
    const book = open()
    const group = groupOf(book)
    assert.deepEqual(await Promise.all([book.leave(group), book.promise(group, 'a')]), [true, 'LEAVING'])
    await book.stay(group)
    assert.deepEqual(await Promise.all([book.promise(group, 'a'), book.leave(group)]), ['YES', false])
  })

  it('after a restart promises run a full hour anew, leaving is taken back, and how long a copy is spare goes on', async () => {
    const first = open()
    await first.promise(groupOf(first), 'a')
    now += PROMISE_MS - 1
    first.spare(groupOf(first), true)
    await here.db.write([])
    own += 500
    now = 5e9
    const second = open()
    const group = groupOf(second)
    assert.equal(second.own(group).have, 'held')
    assert.equal(second.own(group).spareSince, now - 500)
    now += PROMISE_MS - 1
    assert.equal(await second.leave(group), false)
    now += 1
    assert.equal(await second.leave(group), true)
    assert.equal(second.own(group).have, 'leaving')
    assert.equal(open().own(group).have, 'held')
  })

  it('a book that was made anew lets nothing go for an hour', async () => {
    const book = open(PROMISE_MS)
    assert.equal(await book.leave(groupOf(book)), false)
    now += PROMISE_MS
    assert.equal(await book.leave(groupOf(book)), true)
  })

  it('what is let go lies in the trash and is missing; what is put away is gone and is not brought again', async () => {
    const book = open()
    const group = groupOf(book)
    assert.equal(await book.drop(group, () => true), false)
    await book.leave(group)
    assert.equal(await book.drop(group, () => false), false)
    assert.equal(await book.drop(group, () => true), true)
    assert.deepEqual([book.own(group).have, book.own(group).away, isMissingRoot(here.db, root.bytes)], ['none', false, true])
    assert.deepEqual([here.store.usage().blocks, here.store.usage().trash.blocks], [0, blocks.length])
    await version(blocks, 7_000)
    await book.leave(group)
    await here.store.release(root, [notMissing(root.bytes)])
    assert.deepEqual([book.own(group).have, book.own(group).away, here.store.usage().trash.blocks], ['none', true, 0])
  })

  it('promises nothing of what is not all here: coming, damaged, let go, or put away', async () => {
    const book = open()
    const group = groupOf(book)
    const refused = async (): Promise<void> => {
      assert.equal(await book.promise(group, 'a'), 'NOT_HELD')
      assert.equal(book.promised(group, now), false)
      assert.deepEqual(here.db.all('SELECT * FROM promises'), [])
    }
    await here.db.write([['UPDATE blocks SET state = 2 WHERE cid = ?', blocks.at(-1)!.cid.bytes]])
    await refused()
    await here.db.write([['UPDATE blocks SET state = 0 WHERE cid = ?', blocks.at(-1)!.cid.bytes]])
    await book.leave(group)
    await book.drop(group, () => true)
    await refused()
    book.coming(group, 99)
    await refused()
    book.coming(group, undefined)
    await version(blocks, 7_000)
    assert.equal(await book.promise(group, 'a'), 'YES')
  })

  it(`has at most ${MAX_PROMISES} promises to one member that hold, others not counted`, async () => {
    await here.db.write([["WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO promises (grp, peer) SELECT 1000 + i, 'a' FROM n", MAX_PROMISES]])
    const book = open()
    const group = groupOf(book)
    assert.equal(await book.promise(group, 'a'), 'TOO_MANY')
    assert.equal(await book.promise(group, 'b'), 'YES')
    now += PROMISE_MS
    assert.equal(await book.promise(group, 'a'), 'YES')
  })

  it('is bound by a promise that holds, and, made anew, by those that it may have given', async () => {
    const book = open()
    const group = groupOf(book)
    assert.equal(book.bound(group), false)
    await book.promise(group, 'a')
    assert.equal(book.bound(group), true)
    now += PROMISE_MS
    assert.equal(book.bound(group), false)
    const anew = open(PROMISE_MS)
    now += PROMISE_MS - 1
    assert.equal(anew.bound(group), true)
    now++
    assert.equal(anew.bound(group), false)
  })

  it('what a member said before it was away is old', () => {
    const book = open()
    const group = groupOf(book)
    book.hear(group, 'a', { state: 'none' }, now)
    assert.equal(book.heard(group, 'a')?.asked, now)
    book.outdate('a')
    assert.equal(book.heard(group, 'a')?.asked, -Infinity)
    now += 1
    book.hear(group, 'a', { state: 'held' }, now)
    assert.equal(book.heard(group, 'a')?.asked, now)
  })

  it('distrust outlives a restart, and ends', async () => {
    const book = open()
    const group = groupOf(book)
    book.distrust(group, 'a', 'missing')
    await here.db.write([])
    const again = open()
    assert.equal(again.distrusted(group, 'a'), true)
    assert.deepEqual([...again.distrusts()].map(({ peer }) => peer), ['a'])
    again.trust(group, 'a')
    await here.db.write([])
    assert.equal(open().distrusted(group, 'a'), false)
  })
})
