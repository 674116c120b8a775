import { CHECK_EVERY_MS, CHECK_REST_MS } from './constants.js'

/**
 * When this side asks one peer for a checked round, and when it grants one. Times are monotonic
 * milliseconds.
 */
export class CheckPace {
  #due: number
  #mayAgain = -Infinity

  /** @param chance from 0 to below 1: a node that is restarted often checks in some of its runs */
  constructor (now: number, chance: number) {
    this.#due = now + chance * CHECK_EVERY_MS
  }

  /** True when a round that this side begins is to be checked. */
  due (now: number): boolean {
    return now >= this.#due
  }

  /** A checked round has ended, whoever led it: both sides were looked at. */
  done (now: number): void {
    this.#due = now + CHECK_EVERY_MS
  }

  /** True when the peer may have this side hash its ids now; it then may not for CHECK_REST_MS. */
  grant (now: number): boolean {
    if (now < this.#mayAgain) return false
    this.#mayAgain = now + CHECK_REST_MS
    return true
  }
}
