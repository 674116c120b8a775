/**
 * What libp2p keeps: of each peer that it met what identify told and where it is, and for the DHT who provides what. The
 * package's own store keeps all of it, for everybody that ever came. Values of the DHT are not kept at all: nothing here reads one.
 */
import { NotFoundError } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Libp2pOptions } from 'libp2p'
import { steadyClock, type Clock } from '../async/clock.js'
import { ProviderBook } from './provider-book.js'

export type Datastore = NonNullable<Libp2pOptions['datastore']>
type Key = Parameters<Datastore['put']>[0]
type Query = Parameters<Datastore['query']>[0]
type KeyQuery = Parameters<Datastore['queryKeys']>[0]
type Pair = ReturnType<Datastore['query']> extends Generator<infer P> | AsyncGenerator<infer P> ? P : never

/** Of one peer: protocols, addresses, a signed record. That of a node of ours is 2 KiB. */
export const MAX_PEER_BYTES = 16 * 1024
export const MAX_PEERS = 1024
export const MAX_PEERS_BYTES = 4 * 1024 ** 2
export const PEERS = '/peers/'

export interface HostStoreInit {
  /** This node, whose own entry is never dropped. */
  self: string
  isMember?: (peer: string) => boolean
  clock?: Pick<Clock, 'now'>
}

interface Entry { key: Key, value: Uint8Array }

/** The name under which libp2p keeps a peer. */
export function peerKey (peer: string): string {
  return `${PEERS}${peerIdFromString(peer).toCID().toString()}`
}

export class HostStore implements Datastore {
  /** In the order of their last use. */
  readonly #peers = new Map<string, Entry>()
  readonly #self: string
  readonly #providers: ProviderBook
  #bytes = 0

  constructor ({ self, isMember = () => false, clock = steadyClock }: HostStoreInit) {
    this.#self = peerKey(self)
    this.#providers = new ProviderBook({ isMember, clock })
  }

  /** Provider records that the questions of others made this node look at, since the start. */
  get looked (): number { return this.#providers.looked }

  /** Peers whose entries are kept, and provider records. */
  get sizes (): { peers: number, bytes: number, providers: number } {
    return { peers: this.#peers.size, bytes: this.#bytes, providers: this.#providers.size }
  }

  /** A peer that said it provides something must be found by whoever asks for that. */
  isProvider (peer: string): boolean { return this.#providers.has(peer) }

  put (key: Key, value: Uint8Array): Key {
    const name = key.toString()
    if (name.startsWith(PEERS)) this.#putPeer(name, key, value)
    else this.#providers.put(key, value)
    return key
  }

  get (key: Key): Uint8Array {
    const name = key.toString()
    const entry = this.#peers.get(name) ?? this.#providers.get(name)
    if (entry === undefined) throw new NotFoundError()
    this.#use(name, entry)
    return entry.value
  }

  has (key: Key): boolean { return this.#peers.has(key.toString()) || this.#providers.get(key.toString()) !== undefined }

  delete (key: Key): void {
    const name = key.toString()
    this.#bytes -= this.#peers.get(name)?.value.length ?? 0
    if (!this.#peers.delete(name)) this.#providers.delete(name)
  }

  * query ({ prefix = '', ...wanted }: Query): Generator<Pair> { yield * chosen(this.#below(prefix), wanted) }

  * queryKeys ({ prefix = '', ...wanted }: KeyQuery): Generator<Key> { yield * chosen(this.#below(prefix).map(({ key }) => key), wanted) }

  async * putMany (pairs: Iterable<Pair> | AsyncIterable<Pair>): AsyncGenerator<Key> {
    for await (const { key, value } of pairs) yield this.put(key, value)
  }

  async * getMany (keys: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Pair> {
    for await (const key of keys) yield { key, value: this.get(key) }
  }

  async * deleteMany (keys: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Key> {
    for await (const key of keys) {
      this.delete(key)
      yield key
    }
  }

  batch (): ReturnType<Datastore['batch']> {
    const work: Array<() => void> = []
    return {
      put: (key, value) => { work.push(() => { this.put(key, value) }) },
      delete: (key) => { work.push(() => { this.delete(key) }) },
      commit: () => { for (const one of work.splice(0)) one() }
    }
  }

  #putPeer (name: string, key: Key, value: Uint8Array): void {
    if (value.length > MAX_PEER_BYTES) throw new Error(`a peer tells ${value.length} bytes about itself, and ${MAX_PEER_BYTES} are kept`)
    this.#bytes += value.length - (this.#peers.get(name)?.value.length ?? 0)
    this.#use(name, { key, value })
    for (const [oldest, entry] of this.#peers) {
      if (this.#peers.size <= MAX_PEERS && this.#bytes <= MAX_PEERS_BYTES) return
      if (oldest !== this.#self) this.delete(entry.key)
    }
  }

  #use (name: string, entry: Entry): void {
    if (!name.startsWith(PEERS)) return
    this.#peers.delete(name)
    this.#peers.set(name, entry)
  }

  /** A provider about whom nothing is known any more is passed over: libp2p would fail the whole question. */
  #below (prefix: string): Pair[] {
    const peers = PEERS.startsWith(prefix) || prefix.startsWith(PEERS) ? [...this.#peers.values()].filter(({ key }) => key.toString().startsWith(prefix)) : []
    return [...peers, ...this.#providers.below(prefix).filter(({ peer }) => this.#peers.has(peerKey(peer)))].map(({ key, value }) => ({ key, value }))
  }
}

interface Wanted<T> { filters?: Array<(one: T) => boolean>, orders?: Array<(a: T, b: T) => -1 | 0 | 1>, offset?: number, limit?: number }

function chosen<T> (all: T[], { filters = [], orders = [], offset = 0, limit = Infinity }: Wanted<T>): T[] {
  const found = all.filter((one) => filters.every((filter) => filter(one)))
  for (const order of orders) found.sort(order)
  return found.slice(offset, offset + limit)
}
