import type { Clock } from '../../src/async/clock.js'

interface Timer { at: number, fn: () => void, timeout: NodeJS.Timeout | undefined }

/** Time that passes as it does, and can be moved on at once. */
export class JumpingClock implements Clock {
  private ahead = 0
  private readonly timers = new Set<Timer>()

  now = (): number => performance.timeOrigin + performance.now() + this.ahead

  after = (ms: number, fn: () => void): (() => void) => {
    const timer: Timer = { at: this.now() + ms, fn, timeout: undefined }
    this.timers.add(timer)
    this.set(timer)
    return () => {
      this.timers.delete(timer)
      clearTimeout(timer.timeout)
    }
  }

  jump (ms: number): void {
    this.ahead += ms
    for (const timer of this.timers) {
      clearTimeout(timer.timeout)
      this.set(timer)
    }
  }

  private set (timer: Timer): void {
    timer.timeout = setTimeout(() => {
      this.timers.delete(timer)
      timer.fn()
    }, Math.max(0, timer.at - this.now())).unref()
  }
}
