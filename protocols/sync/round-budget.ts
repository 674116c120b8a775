import { ProtocolError } from '../errors.js'
import { MAX_EARLY_STARTS, ROUND_BURST, ROUND_REST_MS } from './constants.js'

/**
 * This budget bounds how often one peer may begin a round: ROUND_BURST at once, then one every
 * ROUND_REST_MS.
 */
export class RoundBudget {
  #left = ROUND_BURST
  #countedAt: number
  #early = 0

  /** @param now monotonic milliseconds */
  constructor (now: number) {
    this.#countedAt = now
  }

  /**
   * Returns 0 when a round may begin, else the milliseconds after which to ask again.
   *
   * @throws ProtocolError LIMIT for a peer that never waits
   */
  take (now: number): number {
    const rested = Math.max(0, Math.floor((now - this.#countedAt) / ROUND_REST_MS))
    this.#countedAt += rested * ROUND_REST_MS
    this.#left = Math.min(ROUND_BURST, this.#left + rested)
    if (this.#left > 0) {
      this.#left--
      this.#early = 0
      return 0
    }
    if (++this.#early > MAX_EARLY_STARTS) throw new ProtocolError('LIMIT', 'A peer that does not wait between rounds')
    return Math.max(1, Math.ceil(this.#countedAt + ROUND_REST_MS - now))
  }
}
