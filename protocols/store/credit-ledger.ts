import { ProtocolError } from '../errors.js'
import { CREDIT_BYTES, STORING_BYTES } from './constants.js'

/**
 * The listener's side of the credit of one stream. Credit goes back when a block is verified,
 * before it is durable, as long as no more than STORING_BYTES wait to become durable: so what one
 * stream can make this side hold is CREDIT_BYTES + STORING_BYTES.
 */
export class CreditLedger {
  /** What the dialer may send. */
  #credit = CREDIT_BYTES
  /** Taken off the credit and not given back. */
  #used = 0
  #storing = 0

  /** A block came. Throws ProtocolError LIMIT beyond the credit. */
  use (cost: number): void {
    if (cost > this.#credit) throw new ProtocolError('LIMIT', 'A block beyond the credit', { retry: false })
    this.#credit -= cost
    this.#used += cost
    this.#storing += cost
  }

  /** A block is durable, or was dropped. */
  release (cost: number): void {
    this.#storing -= cost
  }

  /** What can be given back now, and is from here on the dialer's. */
  giveBack (): number {
    const room = CREDIT_BYTES + STORING_BYTES - this.#credit - this.#storing
    const bytes = Math.max(0, Math.min(this.#used, room))
    this.#credit += bytes
    this.#used -= bytes
    return bytes
  }
}
