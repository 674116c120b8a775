/** Who provides what, as others told this node of the DHT: bounded by peer, by key and in all. An honest node announces one key, that of its vault. */
import { ProtocolError } from '../../protocols/errors.js'
import type { Libp2pOptions } from 'libp2p'
import type { Clock } from '../async/clock.js'

type Key = Parameters<NonNullable<Libp2pOptions['datastore']>['put']>[0]

export const MAX_KEYS_PER_PROVIDER = 4
/** An answer names all of them, and is read as a whole. */
export const MAX_PROVIDERS_PER_KEY = 32
export const MAX_PROVIDERS = 2048
/** Records are made anew every hour (discovery.ts), so that one this old is of somebody who went. */
export const PROVIDER_MS = 24 * 60 * 60_000
/** Of a key and what stands under it; libp2p's are 120 and 6 bytes. */
const MAX_KEY_BYTES = 256
const MAX_VALUE_BYTES = 16
/** As kad-dht names them: its prefix, the multihash in base 32, the peer. */
const RECORD = /^\/dht\/provider\/([a-z2-7]+)\/([1-9A-HJ-NP-Za-km-z]+)$/

export interface ProviderRecord { key: Key, value: Uint8Array, what: string, peer: string, at: number }

export class ProviderBook {
  /** In the order in which they were made or made anew, by the name of their key. */
  readonly #records = new Map<string, ProviderRecord>()
  readonly #byKey = new Map<string, Set<string>>()
  readonly #byPeer = new Map<string, Set<string>>()
  #looked = 0

  constructor (private readonly init: { isMember: (peer: string) => boolean, clock: Pick<Clock, 'now'> }) {}

  get size (): number { return this.#records.size }

  /** Records that questions made this book look at, since the start. */
  get looked (): number { return this.#looked }

  has (peer: string): boolean { return this.#byPeer.has(peer) }

  get (name: string): ProviderRecord | undefined { return this.#records.get(name) }

  /** Throws LIMIT for what is no record of a provider. */
  put (key: Key, value: Uint8Array): void {
    const name = key.toString()
    const [, what, peer] = RECORD.exec(name) ?? []
    if (what === undefined || peer === undefined || name.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES) throw new ProtocolError('LIMIT', 'only records of providers are kept')
    this.delete(name)
    this.#expire()
    this.#makeRoom(this.#byPeer.get(peer), MAX_KEYS_PER_PROVIDER)
    this.#makeRoom(this.#byKey.get(what), MAX_PROVIDERS_PER_KEY)
    this.#makeRoom(this.#records.keys(), MAX_PROVIDERS, this.#records.size)
    this.#records.set(name, { key, value, what, peer, at: this.init.clock.now() })
    add(this.#byKey, what, name)
    add(this.#byPeer, peer, name)
  }

  delete (name: string): void {
    const record = this.#records.get(name)
    if (record === undefined) return
    this.#records.delete(name)
    remove(this.#byKey, record.what, name)
    remove(this.#byPeer, record.peer, name)
  }

  /** All whose names begin so: those of one key without a look at the others. */
  below (prefix: string): ProviderRecord[] {
    this.#expire()
    const [, what] = /^\/dht\/provider\/([a-z2-7]+)$/.exec(prefix) ?? []
    const names = what === undefined ? this.#records.keys() : this.#byKey.get(what) ?? []
    return [...names].flatMap((name) => {
      this.#looked++
      return name.startsWith(prefix) ? this.#records.get(name) ?? [] : []
    })
  }

  #expire (): void {
    const since = this.init.clock.now() - PROVIDER_MS
    for (const [name, { at }] of this.#records) {
      this.#looked++
      if (at > since) return
      this.delete(name)
    }
  }

  /** The oldest that is of no member goes, and where all are of members the oldest. */
  #makeRoom (names: Iterable<string> | undefined, most: number, count = names instanceof Set ? names.size : 0): void {
    if (names === undefined || count < most) return
    let oldest: string | undefined
    for (const name of names) {
      oldest ??= name
      if (this.init.isMember(this.#records.get(name)?.peer ?? '')) continue
      oldest = name
      break
    }
    if (oldest !== undefined) this.delete(oldest)
  }
}

function add (index: Map<string, Set<string>>, key: string, name: string): void {
  index.set(key, (index.get(key) ?? new Set()).add(name))
}

function remove (index: Map<string, Set<string>>, key: string, name: string): void {
  const names = index.get(key)
  names?.delete(name)
  if (names?.size === 0) index.delete(key)
}
