import { ProtocolError } from '../errors.js'
import { CREDIT_BYTES, STORING_BYTES } from './constants.js'

/**
 * This class keeps the listener's side of the credit of one stream. Credit goes back when a block
 * is verified, before it is durable, while at most STORING_BYTES wait to become durable. One stream
 * can therefore make this node hold at most CREDIT_BYTES + STORING_BYTES.
 */
export class CreditLedger {
  /** The number of bytes that the dialer may still send. */
  #credit = CREDIT_BYTES
  /** The number of bytes taken off the credit and not given back. */
  #used = 0
  #storing = 0

  /**
   * Counts a block that arrived.
   *
   * @throws ProtocolError LIMIT beyond the credit
   */
  use (cost: number): void {
    if (cost > this.#credit) throw new ProtocolError('LIMIT', 'A block beyond the credit', { retry: false })
    this.#credit -= cost
    this.#used += cost
    this.#storing += cost
  }

  /** Counts a block that became durable or was dropped. */
  release (cost: number): void {
    this.#storing -= cost
  }

  /**
   * Returns how much credit to give back now; the credit counts as given back from this call on.
   */
  giveBack (): number {
    const room = CREDIT_BYTES + STORING_BYTES - this.#credit - this.#storing
    const bytes = Math.max(0, Math.min(this.#used, room))
    this.#credit += bytes
    this.#used -= bytes
    return bytes
  }
}
