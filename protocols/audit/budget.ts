import { COST_A_MINUTE_BYTES, MAX_WAIT_MS } from './constants.js'

const MINUTE_MS = 60_000

/**
 * A budget bounds the cost of one peer's questions over all its streams. It refills evenly to at
 * most one minute's worth (COST_A_MINUTE_BYTES).
 */
export class AuditBudget {
  #left = COST_A_MINUTE_BYTES
  #at: number

  /** @param now returns milliseconds that never go back */
  constructor (private readonly now: () => number) {
    this.#at = now()
  }

  /** True when no part of the budget is in use. */
  get full (): boolean {
    this.#refill()
    return this.#left === COST_A_MINUTE_BYTES
  }

  /**
   * Takes `cost` and returns 0, or takes nothing and returns after how many milliseconds `cost`
   * will be available.
   */
  take (cost: number): number {
    this.#refill()
    if (cost > this.#left) return Math.min(MAX_WAIT_MS, Math.ceil((cost - this.#left) * MINUTE_MS / COST_A_MINUTE_BYTES))
    this.#left -= cost
    return 0
  }

  #refill (): void {
    const now = this.now()
    this.#left = Math.min(COST_A_MINUTE_BYTES, this.#left + Math.max(0, now - this.#at) * COST_A_MINUTE_BYTES / MINUTE_MS)
    this.#at = now
  }
}
