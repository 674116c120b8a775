import type { Clock } from '../../async/clock.js'

/** A member that asked for nothing for this long is not pulling. */
export const PULL_QUIET_MS = 200

/** The first one hears of a version by its entry, which it verifies, before it asks for a block. */
export const FIRST_PULL_MS = 1_000

/** What members pull from this node after it put something: a node that stops lets them get it, for a while. */
export class DrainTracker {
  private last: number | undefined
  /** Nobody has asked for anything since the last put. */
  private waits = false

  constructor (private readonly timer: Clock) {}

  /** Something was put here, which others are about to pull. */
  put (): void {
    this.last = this.timer.now()
    this.waits = true
  }

  /** Everybody who is here has what was put last. */
  covered (): void { this.waits = false }

  /** A member asked for a block. */
  asked (): void {
    if (this.last !== undefined) this.last = this.timer.now()
    this.waits = false
  }

  /** Resolves once nobody has asked for a block for PULL_QUIET_MS (FIRST_PULL_MS after a put), or `signal` aborts; at once where nothing was put. */
  async over (signal: AbortSignal): Promise<void> {
    while (this.last !== undefined && !signal.aborted) {
      const left = this.last + (this.waits ? FIRST_PULL_MS : PULL_QUIET_MS) - this.timer.now()
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
