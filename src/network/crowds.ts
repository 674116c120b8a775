/**
 * What all who come from one network (a /24, a /48 of version 6) may cost together: whoever has many addresses and PeerIds, or
 * connects anew after each refusal, has no more than one that has few.
 */
import { Allowance } from './allowance.js'
import { Allowances } from './allowances.js'
import type { Clock } from '../async/clock.js'

/** Connections at once, and a second, of a network in which no address of a member lies: each costs two milliseconds of a core when it proves who it is. */
export const NETWORK_CONNECTIONS = 64
export const NETWORK_CONNECTIONS_PER_SECOND = 8
/** And of all such networks together. */
export const STRANGERS_CONNECTIONS = 128
export const STRANGERS_CONNECTIONS_PER_SECOND = 32
/** Beside them, for networks of which fewer than so many came lately: whoever comes often does not shut out who comes once. */
export const RARE_CONNECTIONS = 4
export const RARE_CONNECTIONS_PER_SECOND = 16
/** Of one address that a member came from, where a stranger cannot be told from a member before it proved who it is. */
export const MEMBER_CONNECTIONS = 64
export const MEMBER_CONNECTIONS_PER_SECOND = 32
/** Before their hellos, beside what wire.ts allows each connection, and with so much for each connection that has a place. */
export const NETWORK_BYTES = 512 * 1024
export const NETWORK_BYTES_PER_SECOND = 64 * 1024
/** And of all such networks together; one that has most of its own left goes on without. */
export const STRANGERS_BYTES = 4 * 1024 ** 2
export const STRANGERS_BYTES_PER_SECOND = 256 * 1024
const MOST_LEFT_BYTES = NETWORK_BYTES * 3 / 4
export const CONNECTION_COST_BYTES = 8 * 1024

/** An allowance that is part of others. */
export type Store = Pick<Allowance, 'has' | 'take' | 'give'>

export class Crowds {
  readonly #networks: Allowances
  readonly #members: Allowances
  readonly #strangers: Allowance
  readonly #rare: Allowance
  readonly #bytes: Allowances
  readonly #allBytes: Allowance

  constructor (clock: Clock) {
    this.#networks = new Allowances({ most: NETWORK_CONNECTIONS, perSecond: NETWORK_CONNECTIONS_PER_SECOND, clock })
    this.#members = new Allowances({ most: MEMBER_CONNECTIONS, perSecond: MEMBER_CONNECTIONS_PER_SECOND, clock })
    this.#strangers = new Allowance({ most: STRANGERS_CONNECTIONS, perSecond: STRANGERS_CONNECTIONS_PER_SECOND, clock })
    this.#rare = new Allowance({ most: STRANGERS_CONNECTIONS, perSecond: RARE_CONNECTIONS_PER_SECOND, clock })
    this.#bytes = new Allowances({ most: NETWORK_BYTES, perSecond: NETWORK_BYTES_PER_SECOND, clock })
    this.#allBytes = new Allowance({ most: STRANGERS_BYTES, perSecond: STRANGERS_BYTES_PER_SECOND, clock })
  }

  /** One more connection may come from this network now, or from this address of a member. */
  mayCome ({ network, group, trusted }: { network: string, group: string, trusted: boolean }): boolean {
    if (trusted) return this.#members.of(group).take(1)
    const own = this.#networks.of(network)
    if (!own.has(1)) return false
    const rare = own.has(NETWORK_CONNECTIONS - RARE_CONNECTIONS + 1)
    return (this.#strangers.take(1) || (rare && this.#rare.take(1))) && own.take(1)
  }

  /** What its strangers may send. */
  bytes (network: string): Store {
    const own = this.#bytes.of(network)
    const has = (amount: number): boolean => own.has(amount) && (this.#allBytes.has(amount) || own.has(MOST_LEFT_BYTES))
    return {
      has,
      take: (amount) => {
        if (!has(amount)) return false
        this.#allBytes.take(amount)
        return own.take(amount)
      },
      give: (amount) => {
        this.#allBytes.give(amount)
        own.give(amount)
      }
    }
  }
}
