import { CHECK_EVERY_MS, CHECK_REST_MS } from './constants.js'

/**
 * This class decides when this side asks one peer for a checked round, and when it grants one.
 * Times are monotonic milliseconds.
 */
export class CheckPace {
  #due: number
  #mayAgain = -Infinity

  /**
   * @param chance from 0 to below 1; with a random chance, even a node that restarts often checks
   *   in some of its runs
   */
  constructor (now: number, chance: number) {
    this.#due = now + chance * CHECK_EVERY_MS
  }

  /** Returns true when a round that this side begins should be checked. */
  due (now: number): boolean {
    return now >= this.#due
  }

  /**
   * Records the end of a checked round. Either leader counts, because a checked round compares both
   * sides.
   */
  done (now: number): void {
    this.#due = now + CHECK_EVERY_MS
  }

  /**
   * Returns true when this side grants the peer a checked round; it then grants none for
   * CHECK_REST_MS.
   */
  grant (now: number): boolean {
    if (now < this.#mayAgain) return false
    this.#mayAgain = now + CHECK_REST_MS
    return true
  }
}
