import assert from 'node:assert/strict'
import { InboundUploads } from '../../src/replication/serve/inbound-uploads.js'
import { FIRST_PULL_MS, PULL_QUIET_MS, DrainTracker } from '../../src/replication/serve/drain-tracker.js'
import { Semaphore } from '../../src/async/semaphore.js'
import { FakeClock, settle } from '../network/fake-clock.js'

const never = new AbortController().signal

/** What the promise has come to so far. */
async function stateOf (promise: Promise<unknown>): Promise<'open' | 'done' | 'failed'> {
  let state: 'open' | 'done' | 'failed' = 'open'
  promise.then(() => { state = 'done' }, () => { state = 'failed' })
  await settle()
  return state
}

describe('slots', () => {
  it('are given out in the order of asking, never more than the limit, which may grow', async () => {
    let limit = 1
    const slots = new Semaphore(() => limit)
    const order: number[] = []
    const all = [0, 1, 2, 3].map((n) => slots.take(never).then(() => { order.push(n) }))
    await settle()
    assert.deepEqual(order, [0])
    limit = 2
    slots.look()
    await settle()
    assert.deepEqual(order, [0, 1])
    limit = 1
    slots.give()
    await settle()
    assert.deepEqual(order, [0, 1])
    slots.give()
    slots.give()
    await Promise.all(all)
    assert.deepEqual(order, [0, 1, 2, 3])
  })

  it('are not taken by who gave up waiting', async () => {
    const slots = new Semaphore(() => 1)
    await slots.take(never)
    const stop = new AbortController()
    const given = assert.rejects(slots.take(stop.signal), { message: 'enough' })
    const last = slots.take(never)
    stop.abort(new Error('enough'))
    await given
    await assert.rejects(slots.take(stop.signal), { message: 'enough' })
    slots.give()
    await last
    // one that has its slot keeps it
    assert.equal(await stateOf(slots.take(never)), 'open')
  })
})

describe('inbound uploads', () => {
  it('are quiet when none is open, after the time, or at the end of the signal', async () => {
    const clock = new FakeClock()
    const uploads = new InboundUploads()
    await uploads.quiet(1000, clock, never)
    const ended = [uploads.begun(), uploads.begun()]
    await uploads.quiet(0, clock, never)
    const first = uploads.quiet(1000, clock, never)
    ended[0]?.()
    assert.deepEqual([await stateOf(first), uploads.active], ['open', 1])
    ended[1]?.()
    assert.deepEqual([await stateOf(first), uploads.active], ['done', 0])
    uploads.begun()
    const second = uploads.quiet(1000, clock, never)
    await clock.advance(999)
    assert.equal(await stateOf(second), 'open')
    await clock.advance(1)
    assert.equal(await stateOf(second), 'done')
    const stop = new AbortController()
    const third = uploads.quiet(1000, clock, stop.signal)
    stop.abort()
    assert.equal(await stateOf(third), 'done')
  })
})

describe('pulls', () => {
  it('are over at once where nothing was put, else when nobody asks any more', async () => {
    const clock = new FakeClock()
    const pulls = new DrainTracker(clock)
    pulls.asked()
    await pulls.over(never)
    pulls.put()
    const over = pulls.over(never)
    // the first one has longer
    await clock.advance(FIRST_PULL_MS - PULL_QUIET_MS)
    assert.equal(await stateOf(over), 'open')
    for (let n = 0; n < 5; n++) {
      await clock.advance(PULL_QUIET_MS - 1)
      pulls.asked()
      assert.equal(await stateOf(over), 'open')
    }
    await clock.advance(PULL_QUIET_MS)
    assert.equal(await stateOf(over), 'done')
    await pulls.over(never)
  })

  it('of a put that nobody has to pull are waited for only as long as of others', async () => {
    const clock = new FakeClock()
    const pulls = new DrainTracker(clock)
    pulls.put()
    pulls.covered()
    const over = pulls.over(never)
    await clock.advance(PULL_QUIET_MS)
    assert.equal(await stateOf(over), 'done')
  })

  it('are not waited for beyond the signal', async () => {
    const pulls = new DrainTracker(new FakeClock())
    pulls.put()
    const stop = new AbortController()
    const over = pulls.over(stop.signal)
    assert.equal(await stateOf(over), 'open')
    stop.abort()
    assert.equal(await stateOf(over), 'done')
  })
})
