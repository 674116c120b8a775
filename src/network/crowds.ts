/**
 * What all who come from one network (a /24, a /48 of version 6) may cost together: whoever has many addresses and PeerIds, or
 * connects anew after each refusal, has no more than one that has few.
 */
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Allowance } from './allowance.js'
import { Allowances } from './allowances.js'
import type { Clock } from '../async/clock.js'

/** Connections at once, and a second, of a network in which no address of a member lies: each costs half a millisecond of a core even if it says nothing. */
export const NETWORK_CONNECTIONS = 256
export const NETWORK_CONNECTIONS_PER_SECOND = 64
/** One beyond them is refused after this, unread; so many wait. */
export const REFUSAL_MS = 1_000
export const MAX_LATE_REFUSALS = 512
/** Before their hellos, beside what wire.ts allows each connection, and with so much for each connection that has a place. */
export const NETWORK_BYTES = 1024 ** 2
export const NETWORK_BYTES_PER_SECOND = 128 * 1024
export const CONNECTION_COST_BYTES = 8 * 1024

export class Crowds {
  readonly #clock: Clock
  readonly #connections: Allowances
  readonly #bytes: Allowances
  #late = 0

  constructor (clock: Clock) {
    this.#clock = clock
    this.#connections = new Allowances({ most: NETWORK_CONNECTIONS, perSecond: NETWORK_CONNECTIONS_PER_SECOND, clock })
    this.#bytes = new Allowances({ most: NETWORK_BYTES, perSecond: NETWORK_BYTES_PER_SECOND, clock })
  }

  /** One more connection may come from this network now. */
  mayCome (network: string): boolean { return this.#connections.of(network).take(1) }

  /** What its strangers may send. */
  bytes (network: string): Allowance { return this.#bytes.of(network) }

  /** True, later: whoever connects again as soon as it is refused comes less often so. */
  refuseLate (conn: Pick<MultiaddrConnection, 'pause'>): true | Promise<true> {
    if (this.#late >= MAX_LATE_REFUSALS) return true
    const { promise, resolve } = Promise.withResolvers<true>()
    this.#late++
    conn.pause()
    this.#clock.after(REFUSAL_MS, () => {
      this.#late--
      resolve(true)
    })
    return promise
  }
}
