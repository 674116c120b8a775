import assert from 'node:assert/strict'
import { Watchdog, type Clock } from '../../../protocols/framing/watchdog.js'

/** Time that passes when the test says so. */
class TestClock implements Clock {
  #now = 0
  readonly timers = new Set<{ at: number, run: () => void, kept: boolean }>()

  now = (): number => this.#now

  after = (delayMs: number, run: () => void): ReturnType<Clock['after']> => {
    const timer = { at: this.#now + delayMs, run, kept: true }
    this.timers.add(timer)
    return { stop: () => { this.timers.delete(timer) }, ref: (wanted) => { timer.kept = wanted } }
  }

  pass (ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.timers.delete(next)
      this.#now = next.at
      next.run()
    }
    this.#now = end
  }
}

describe('framing: watchdog', () => {
  let clock: TestClock
  let expired: number
  let dog: Watchdog

  beforeEach(() => {
    clock = new TestClock()
    expired = 0
    dog = new Watchdog(() => { expired++ }, clock)
  })

  it('expires exactly after the limit without progress', () => {
    dog.watch(100)
    clock.pass(99)
    assert.equal(expired, 0)
    clock.pass(1)
    assert.equal(expired, 1)
  })

  it('slides: progress starts the limit anew', () => {
    dog.watch(100)
    for (let i = 0; i < 10; i++) {
      clock.pass(99)
      dog.progress()
    }
    assert.equal(expired, 0)
    clock.pass(100)
    assert.equal(expired, 1)
  })

  it('does not count the silence before a watch', () => {
    dog.progress()
    clock.pass(1000)
    dog.watch(100)
    clock.pass(99)
    assert.equal(expired, 0)
  })

  it('does nothing once a watch has ended, and lets the process end', () => {
    const end = dog.watch(100)
    end()
    assert.ok([...clock.timers].every(({ kept }) => !kept))
    clock.pass(1000)
    assert.equal(expired, 0)
    assert.equal(clock.timers.size, 0)
  })

  it('keeps to the shortest of several limits', () => {
    dog.watch(1000)
    const end = dog.watch(100)
    clock.pass(50)
    end()
    clock.pass(949)
    assert.equal(expired, 0)
    dog.watch(10)
    clock.pass(1)
    assert.equal(expired, 1)
  })

  it('keeps the process alive for a watch that begins while an old timer runs', () => {
    dog.watch(100)()
    dog.watch(100)
    assert.ok([...clock.timers].some(({ kept }) => kept))
  })

  it('never expires for an infinite limit, nor after stop', () => {
    dog.watch(Infinity)
    dog.watch(100)
    dog.stop()
    clock.pass(10_000)
    assert.equal(expired, 0)
  })
})
