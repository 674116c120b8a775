import { COST_A_MINUTE_BYTES, MAX_WAIT_MS } from './constants.js'

const MINUTE_MS = 60_000

/**
 * What one peer's questions may still cost, over all its streams. Refills evenly; never more than
 * one minute's worth.
 */
export class AuditBudget {
  #left = COST_A_MINUTE_BYTES
  #at: number

  /** @param now milliseconds that never go back */
  constructor (private readonly now: () => number) {
    this.#at = now()
  }

  /** True when nothing of it is in use. */
  get full (): boolean {
    this.#refill()
    return this.#left === COST_A_MINUTE_BYTES
  }

  /**
   * Takes `cost` and answers 0; or takes nothing and answers after how many milliseconds it will be
   * there.
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
