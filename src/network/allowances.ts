/** An allowance for each of many: addresses, networks, peers. Whoever was longest away is forgotten first, and begins anew with a full one. */
import { Allowance, type AllowanceInit } from './allowance.js'

const MAX_REMEMBERED = 4096

export class Allowances {
  /** In the order of their last use. */
  readonly #all = new Map<string, Allowance>()

  constructor (private readonly init: AllowanceInit) {}

  of (key: string): Allowance {
    const own = this.#all.get(key) ?? new Allowance(this.init)
    this.#all.delete(key)
    this.#all.set(key, own)
    const [oldest] = this.#all.size > MAX_REMEMBERED ? this.#all.keys() : []
    if (oldest !== undefined) this.#all.delete(oldest)
    return own
  }
}
