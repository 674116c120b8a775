import assert from 'node:assert/strict'
import { MEMBERS_QUIET_MS, VisitorScheduler, VISITOR_BLOCKS } from '../../../src/replication/serve/visitor-scheduler.js'
import { settle } from '../../network/fake-clock.js'

describe('turns of visitors', () => {
  let now: number
  let turns: VisitorScheduler
  let ends: Array<() => void>
  let order: number[]
  beforeEach(() => {
    now = 1_000_000
    turns = new VisitorScheduler({ now: () => now })
    ends = []
    order = []
  })

  const take = (n: number): Promise<void> => turns.take(() => new Promise<void>((resolve) => {
    order.push(n)
    ends.push(resolve)
  }))
  const end = async (): Promise<void> => {
    ends.shift()?.()
    await settle()
  }

  it('are a few at a time, in the order in which they were asked for', async () => {
    const all = Array.from({ length: VISITOR_BLOCKS + 2 }, (_, n) => take(n))
    await settle()
    assert.deepEqual(order, [0, 1, 2, 3])
    await end()
    assert.deepEqual(order, [0, 1, 2, 3, 4])
    while (ends.length > 0) await end()
    await Promise.all(all)
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5])
  })

  it('are one at a time while members are served, and more once those are quiet', async () => {
    turns.note()
    const all = Array.from({ length: 4 }, (_, n) => take(n))
    await settle()
    assert.deepEqual(order, [0])
    await end()
    assert.deepEqual(order, [0, 1])
    now += MEMBERS_QUIET_MS
    await end()
    assert.deepEqual(order, [0, 1, 2, 3])
    while (ends.length > 0) await end()
    await Promise.all(all)
  })

  it('members that come while several run let these end, and the next ones wait', async () => {
    const all = Array.from({ length: VISITOR_BLOCKS + 1 }, (_, n) => take(n))
    await settle()
    turns.note()
    for (let left = VISITOR_BLOCKS; left > 1; left--) {
      await end()
      assert.equal(order.length, VISITOR_BLOCKS)
    }
    await end()
    assert.equal(order.length, VISITOR_BLOCKS + 1)
    await end()
    await Promise.all(all)
  })

  it('one that fails gives its place on', async () => {
    turns.note()
    const failed = assert.rejects(turns.take(async () => { throw new Error('gone') }), { message: 'gone' })
    const next = take(1)
    await failed
    await settle()
    assert.deepEqual(order, [1])
    await end()
    await next
  })
})
