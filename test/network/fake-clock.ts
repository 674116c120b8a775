import type { Clock } from '../../src/async/clock.js'

/** Time that moves when it is told to. */
export class FakeClock implements Clock {
  #now: number
  readonly #timers = new Set<{ at: number, fn: () => void }>()

  constructor (now = 1_000_000) {
    this.#now = now
  }

  now = (): number => this.#now

  after = (ms: number, fn: () => void): (() => void) => {
    const timer = { at: this.#now + ms, fn }
    this.#timers.add(timer)
    return () => { this.#timers.delete(timer) }
  }

  /** For what only looks at the time. */
  advanceBy (ms: number): void {
    this.#now += ms
  }

  /** Runs what is due, in order; promises settle in between. */
  async advance (ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = next.at
      next.fn()
      await settle()
    }
    this.#now = end
  }
}

/** Lets every promise that is ready go on. */
export async function settle (): Promise<void> {
  await new Promise<void>((resolve) => { setImmediate(resolve) })
}
