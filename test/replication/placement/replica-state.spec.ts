import assert from 'node:assert/strict'
import { MAX_PROMISES, PROMISE_MS } from '../../../protocols/audit/constants.js'
import { promiseTo, stateOf } from '../../../src/replication/placement/replica-answers.js'
import { MemoryBook } from './memory-book.js'
import { SlotQueue } from '../../../src/replication/placement/slot-queue.js'
import { FetchQueue } from '../../../src/replication/placement/fetch-queue.js'
import { group, Scene } from './scene.js'

const G = group(1)

describe('replication: book', () => {
  let scene: Scene
  const now = (): number => scene.clock.now()
  beforeEach(async () => {
    scene = new Scene('a b c d', 'd', { origin: -1e12 })
    scene.groups.push(G)
    await scene.book.hold(G)
  })

  it('promises what it holds whole, for an hour from the last time it was asked', async () => {
    const { book } = scene
    assert.equal(await book.promise(G, 'a'), 'YES')
    assert.equal(await book.promise(group(2), 'a'), 'NOT_HELD')
    await scene.pass(PROMISE_MS - 1)
    assert.equal(book.promised(G, now()), true)
    assert.equal(await book.leave(G), false)
    await book.promise(G, 'b')
    await scene.pass(PROMISE_MS - 1)
    assert.equal(await book.leave(G), false)
    await scene.pass(1)
    assert.equal(await book.leave(G), true)
    assert.equal(await book.promise(G, 'a'), 'LEAVING')
    await book.stay(G)
    assert.equal(await book.promise(G, 'a'), 'YES')
  })

  it('of a leave and a promise at the same time one comes first, and the other one is refused', async () => {
    const { book } = scene
    assert.deepEqual(await Promise.all([book.leave(G), book.promise(G, 'a')]), [true, 'LEAVING'])
    await book.stay(G)
    assert.deepEqual(await Promise.all([book.promise(G, 'a'), book.leave(G)]), ['YES', false])
  })

  it('drops only what is leaving, and only while it still may', async () => {
    const { book } = scene
    assert.equal(await book.drop(G, () => true), false)
    await book.leave(G)
    assert.equal(await book.drop(G, () => false), false)
    assert.equal(book.own(G).have, 'leaving')
    assert.equal(await book.drop(G, () => true), true)
    assert.deepEqual([book.own(G).have, book.own(G).away], ['none', false])
  })

  it('after a restart leaving is taken back, promises run anew, and it has been spare for as long', async () => {
    const { book } = scene
    const other = group(2)
    await book.hold(other)
    book.spare(other, true, now())
    await scene.pass(5000)
    await book.leave(G)
    await book.promise(other, 'a')
    await scene.pass(PROMISE_MS / 2)
    const after = new MemoryBook({ now: () => now() - 1e9, inSlot: () => [] })
    after.load(book.keep())
    assert.deepEqual([after.own(G).have, after.own(other).have], ['held', 'held'])
    assert.equal(now() - 1e9 - (after.own(other).spareSince ?? NaN), 5000 + PROMISE_MS / 2)
    assert.equal(after.promised(other, now() - 1e9 + PROMISE_MS - 1), true)
    assert.equal(after.promised(other, now() - 1e9 + PROMISE_MS), false)
    assert.equal(await after.leave(other), false)
    assert.equal(await after.leave(G), true)
  })

  it('keeps a promise that was given for what it lost and got again', async () => {
    const { book } = scene
    await book.promise(G, 'a')
    book.lose(G)
    await book.hold(G)
    assert.equal(await book.leave(G), false)
  })

  it(`has at most ${MAX_PROMISES} promises to one member, others not counted`, async () => {
    const { book } = scene
    for (let id = 10; id < 10 + MAX_PROMISES; id++) {
      await book.hold(group(id))
      assert.equal(await book.promise(group(id), 'a'), 'YES')
    }
    assert.equal(await book.promise(G, 'a'), 'TOO_MANY')
    assert.equal(await book.promise(group(10), 'a'), 'YES')
    assert.equal(await book.promise(G, 'b'), 'YES')
    await scene.pass(PROMISE_MS)
    assert.equal(await book.promise(G, 'a'), 'YES')
  })

  it('draws samples without repeats, each group as likely as another', async () => {
    const { book } = scene
    for (let id = 2; id <= 20; id++) await book.hold(group(id))
    let seed = 0
    const random = (): number => (seed = (seed * 16807 + 12345) % 2147483647) / 2147483647
    const seen = new Map<number, number>()
    for (let i = 0; i < 2000; i++) {
      const sample = book.sample(5, random)
      assert.equal(new Set(sample).size, 5)
      for (const { id } of sample) seen.set(id, (seen.get(id) ?? 0) + 1)
    }
    assert.equal(seen.size, 20)
    for (const count of seen.values()) assert.ok(count > 400 && count < 600, String(count))
    assert.equal(book.sample(100, random).length, 20)
  })

  it('answers what is, whatever it ranks', async () => {
    const { book, view } = scene
    let room = true
    const parts = { view, book, room: () => room }
    assert.deepEqual(stateOf(undefined, parts), { state: 'none' })
    assert.equal(await promiseTo('a', undefined, parts), 'NOT_HELD')
    assert.equal(await promiseTo('a', G, parts), 'YES')
    assert.deepEqual(stateOf(G, parts), { state: 'held' })
    book.distrust(G, 'b', 'missing')
    assert.deepEqual(stateOf(G, parts), { state: 'held', doubts: 1 })
    const other = group(2)
    assert.deepEqual(stateOf(other, parts), { state: 'none' })
    room = false
    assert.deepEqual(stateOf(other, parts), { state: 'cannot' })
    book.coming(other, 40)
    assert.deepEqual(stateOf(other, parts), { state: 'coming', percent: 40 })
    book.coming(other, 0)
    assert.deepEqual(stateOf(other, parts), { state: 'cannot' })
    room = true
    assert.deepEqual(stateOf(other, parts), { state: 'coming', percent: 0 })
    room = false
    book.coming(other, undefined)
    room = true
    await book.hold(other)
    await book.leave(other)
    assert.deepEqual(stateOf(other, parts), { state: 'leaving' })
    book.putAway(other)
    assert.deepEqual(stateOf(other, parts), { state: 'cannot' })
  })

  it('slots come out with fewest known copies first, each once, and a walk stays a walk', () => {
    const queue = new SlotQueue()
    queue.mark(1, 'member', 3)
    queue.mark(2, 'entry', 1)
    queue.mark(3, 'walk', 8)
    queue.mark(3, 'member', 2)
    queue.mark(1, 'member', 5)
    assert.equal(queue.size, 3)
    assert.deepEqual(queue.take(3, () => 2), [{ slot: 2, reason: 'entry' }, { slot: 3, reason: 'walk' }])
    assert.deepEqual(queue.take(100, () => 2), [{ slot: 1, reason: 'member' }])
    assert.equal(queue.size, 0)
  })

  it('groups to be fetched come out with fewest known copies first, and can be taken back', () => {
    const queue = new FetchQueue()
    queue.add(group(1), 2)
    queue.add(group(2), 0)
    queue.add(group(3), 2)
    queue.add(group(1), 1)
    assert.equal(queue.remove(group(3)), true)
    assert.equal(queue.remove(group(3)), false)
    assert.deepEqual([queue.size, queue.has(group(1)), queue.has(group(3))], [2, true, false])
    assert.deepEqual([queue.take()?.id, queue.take()?.id, queue.take()], [2, 1, undefined])
  })
})
