/** What somebody may use up: a store that fills again by so much a second. */
import type { Clock } from '../async/clock.js'

export interface AllowanceInit {
  /** What may be used at once, and is there at first. */
  most: number
  perSecond: number
  clock: Pick<Clock, 'now'>
}

export class Allowance {
  #left: number
  #at: number

  constructor (private readonly init: AllowanceInit) {
    this.#left = init.most
    this.#at = init.clock.now()
  }

  /** True when `amount` is left, which stays. */
  has (amount: number): boolean {
    this.#fill()
    return amount <= this.#left
  }

  /** False, and nothing is taken, when less than `amount` is left. */
  take (amount: number): boolean {
    if (!this.has(amount)) return false
    this.#left -= amount
    return true
  }

  /** Gives back what was taken. */
  give (amount: number): void {
    this.#fill()
    this.#left = Math.min(this.init.most, this.#left + amount)
  }

  #fill (): void {
    const { most, perSecond, clock } = this.init
    const now = clock.now()
    this.#left = Math.min(most, this.#left + Math.max(0, now - this.#at) * perSecond / 1000)
    this.#at = now
  }
}
