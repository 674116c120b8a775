import type { Timer } from './timer.js'

/** A member that asked for nothing for this long is not pulling. */
export const PULL_QUIET_MS = 200

/** What members pull from this node after it put something: a node that stops lets them get it, for a while. */
export class Pulls {
  private last: number | undefined

  constructor (private readonly timer: Timer) {}

  /** Something was put here, which others are about to pull. */
  put (): void { this.last = this.timer.now() }

  /** A member asked for a block. */
  asked (): void { if (this.last !== undefined) this.last = this.timer.now() }

  /** Resolves once nobody has asked for a block for PULL_QUIET_MS, or `signal` aborts; at once where nothing was put. */
  async over (signal: AbortSignal): Promise<void> {
    while (this.last !== undefined && !signal.aborted) {
      const left = this.last + PULL_QUIET_MS - this.timer.now()
      if (left <= 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = (): void => { resolve() }
      const cancel = this.timer.after(left, done)
      signal.addEventListener('abort', done, { once: true })
      await promise
      cancel()
      signal.removeEventListener('abort', done)
    }
  }
}
