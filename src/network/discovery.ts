/**
 * Finding peers that nobody gave an address of: on the local network by mDNS, and through the private DHT, in which the
 * members of a vault announce themselves under a key that only they can make. Neither is trusted for anything but
 * addresses: who belongs is said by the hello.
 */
import { kadDHT, passthroughMapper, type RoutingTable } from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import type { Libp2p, PeerInfo } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { Clock } from '../async/clock.js'
import { boundedCalls, Calls, DHT_PROTOCOL, MAX_DHT_STREAMS } from './kad.js'

/** What is asked for on the local network; says neither version nor vault. */
export const MDNS_TAG = '_dfs._udp.local'
const SHA2_256 = 0x12
const RAW = 0x55

/** Searches while members are away: the first pause, doubled up to the second. */
export const SEARCH_MIN_MS = 5_000
export const SEARCH_MAX_MS = 10 * 60_000
/** And while none is: others may have come to the DHT. */
export const SEARCH_CONNECTED_MS = 30 * 60_000
/** What is announced is announced anew this often; it is forgotten by others after a day. */
export const ANNOUNCE_MS = 60 * 60_000
const ANNOUNCE_RETRY_MS = 10_000
/** Nobody else is in the DHT yet: what was asked or announced would have reached nobody. */
export const EMPTY_MS = 2_000
const QUERY_MS = 30_000
/** Pauses differ by up to this share of themselves, so that nodes that start together do not go on together. */
const JITTER = 0.5
/** Peers whose addresses are remembered, the newest; and addresses of each. */
const MAX_FOUND = 1024
const MAX_ADDRESSES = 8
/** A peer that is no member as far as is known here is greeted once in so long, and so many of them in that time. */
export const UNKNOWN_MS = 60 * 60_000
export const UNKNOWN_AT_MOST = 32

export interface DiscoveryOptions { mdns: boolean, dht: boolean }

/** Both where others can reach this node; a node that listens on its own machine only has nobody to find elsewhere. */
export function discoveryOf (given: Partial<DiscoveryOptions> | undefined, listen: string[]): DiscoveryOptions {
  const reachable = listen.some((address) => /^\/(ip4\/(?!127\.)|ip6\/(?!::1\/)|dns)/.test(address))
  return { mdns: given?.mdns ?? reachable, dht: given?.dht ?? reachable }
}

/**
 * The parts of the host that discovery needs.
 *
 * @param serve others can reach this node, and may ask it; also where it has no public address, since a vault may live in one house
 */
export function discoveryParts ({ mdns: local, dht }: DiscoveryOptions, serve: boolean, onLocal: (found: PeerInfo) => void): Pick<Libp2pOptions, 'peerDiscovery' | 'services'> {
  return {
    peerDiscovery: local
      ? [(components) => {
          const service = mdns({ serviceTag: MDNS_TAG })(components)
          service.addEventListener('peer', ({ detail }) => { onLocal(detail) })
          return service
        }]
      : [],
    // that its host has the service `ping` is not known to the type of the options
    services: dht
      ? { dht: dhtService(serve) } as unknown as NonNullable<Libp2pOptions['services']>
      : {}
  }
}

type DhtService = ReturnType<typeof kadDHT>

/** The DHT, within bounds; its host has a service `ping`. */
function dhtService (serve: boolean): DhtService {
  const make = kadDHT({ protocol: DHT_PROTOCOL, clientMode: !serve, peerInfoMapper: passthroughMapper, allowQueryWithZeroPeers: true, maxInboundStreams: MAX_DHT_STREAMS })
  return (components) => make(boundedCalls(components, new Calls()))
}

export interface DiscoveryInit {
  host: Pick<Libp2p, 'contentRouting' | 'peerId' | 'services'>
  /** 32 bytes that only members can make; missing: nothing is announced or looked for in the DHT. */
  topic?: Uint8Array
  /** False for a node that listens to nobody. */
  announce: boolean
  isMember: (peer: string) => boolean
  /** Members that this node wants to be connected with, and is not. */
  lacks: () => boolean
  /** Addresses of a member came. */
  onMember: (peer: string) => void
  /** Greets a peer that may be a member that is not known here yet. */
  greet: (addresses: string[]) => Promise<unknown>
  /** What went wrong in a search; the next one comes. */
  onError: (error: unknown) => void
  clock: Clock
  /** From 0 to 1. */
  random: () => number
}

export class Discovery {
  readonly #init: DiscoveryInit
  readonly #found = new Map<string, string[]>()
  readonly #greeted = new Map<string, number>()
  readonly #life = new AbortController()
  readonly #running = new Set<Promise<void>>()
  /** Told of every peer that is found, instead of greeting it. */
  #seeker: ((addresses: string[]) => void) | undefined
  #cancelSearch: (() => void) | undefined
  #cancelAnnounce: (() => void) | undefined
  #pause = SEARCH_MIN_MS
  #started = false

  constructor (init: DiscoveryInit) { this.#init = init }

  /** Once the host runs. */
  start (): void {
    if (this.#started || this.#life.signal.aborted) return
    this.#started = true
    const { host, topic, announce } = this.#init
    if (!('dht' in host.services) || topic === undefined) return
    if (announce) this.#announce()
    this.#search()
  }

  async stop (): Promise<void> {
    this.#life.abort(new Error('the node stops'))
    this.#cancelSearch?.()
    this.#cancelAnnounce?.()
    await Promise.all(this.#running)
  }

  /** Full multiaddrs at which a peer was found, in this run. */
  addressesOf (peer: string): string[] { return this.#found.get(peer) ?? [] }

  /**
   * Addresses of whoever is found within `ms`, those that were found before first: for a node that knows no member yet. The
   * caller greets them.
   */
  async * seek (ms: number, signal: AbortSignal): AsyncGenerator<string> {
    const open = [...this.#found.values()].flat()
    let wake = (): void => {}
    let over = false
    this.#seeker = (addresses) => {
      open.push(...addresses)
      wake()
    }
    const end = (): void => {
      over = true
      wake()
    }
    const cancel = this.#init.clock.after(ms, end)
    const limit = AbortSignal.any([signal, this.#life.signal])
    limit.addEventListener('abort', end, { once: true })
    try {
      while (!limit.aborted) {
        const next = open.shift()
        if (next !== undefined) yield next
        else if (over) return
        else await new Promise<void>((resolve) => { wake = resolve })
      }
    } finally {
      cancel()
      limit.removeEventListener('abort', end)
      this.#seeker = undefined
    }
  }

  /** A peer was found, however: remembered, and told of or greeted. */
  found ({ id, multiaddrs }: PeerInfo): void {
    const { host, isMember, onMember, greet, clock } = this.#init
    const peer = id.toString()
    if (this.#life.signal.aborted || id.equals(host.peerId) || multiaddrs.length === 0) return
    const addresses = multiaddrs.slice(0, MAX_ADDRESSES).map((address) => {
      const text = address.toString()
      return text.includes('/p2p/') ? text : `${text}/p2p/${peer}`
    })
    const news = addresses.some((address) => !this.addressesOf(peer).includes(address))
    this.#found.delete(peer)
    this.#found.set(peer, addresses)
    const [oldest] = this.#found.size > MAX_FOUND ? this.#found.keys() : []
    if (oldest !== undefined) this.#found.delete(oldest)
    if (this.#seeker !== undefined) return this.#seeker(addresses)
    if (isMember(peer)) {
      if (news) onMember(peer)
      return
    }
    const now = clock.now()
    for (const [other, at] of this.#greeted) if (now - at >= UNKNOWN_MS) this.#greeted.delete(other)
    if (this.#greeted.has(peer) || this.#greeted.size >= UNKNOWN_AT_MOST) return
    this.#greeted.set(peer, now)
    // whoever is no member of this vault refuses, or does not answer: an honest end
    this.#background(greet(addresses).then(() => {}, () => {}))
  }

  /** Somebody is away that was here: looks again soon. */
  wake (): void {
    if (this.#cancelSearch === undefined) return
    this.#pause = SEARCH_MIN_MS
    this.#searchAfter(SEARCH_MIN_MS)
  }

  #announce (): void {
    if (this.#isEmpty()) {
      this.#cancelAnnounce = this.#after(EMPTY_MS, () => { this.#announce() })
      return
    }
    this.#background(this.#query(async (signal) => { await this.#init.host.contentRouting.provide(this.#key(), { signal }) }).then((done) => {
      this.#cancelAnnounce = this.#after(done ? ANNOUNCE_MS : ANNOUNCE_RETRY_MS, () => { this.#announce() })
    }))
  }

  #search (): void {
    this.#cancelSearch = undefined
    if (this.#isEmpty()) return this.#searchAfter(EMPTY_MS)
    this.#background(this.#query(async (signal) => {
      for await (const peer of this.#init.host.contentRouting.findProviders(this.#key(), { signal })) this.found(peer)
    }).then(() => {
      const lacks = this.#init.lacks()
      this.#searchAfter(lacks ? this.#pause : SEARCH_CONNECTED_MS)
      this.#pause = lacks ? Math.min(2 * this.#pause, SEARCH_MAX_MS) : SEARCH_MIN_MS
    }))
  }

  #isEmpty (): boolean {
    const { dht } = this.#init.host.services as { dht?: { routingTable: RoutingTable } }
    return (dht?.routingTable.size ?? 0) === 0
  }

  #searchAfter (ms: number): void {
    this.#cancelSearch?.()
    this.#cancelSearch = this.#after(ms, () => { this.#search() })
  }

  /** False when it failed; a DHT that nobody is in yet fails too. */
  async #query (work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const limit = new AbortController()
    const cancel = this.#init.clock.after(QUERY_MS, () => { limit.abort(new Error('the DHT took too long')) })
    try {
      await work(AbortSignal.any([this.#life.signal, limit.signal]))
      return true
    } catch (error) {
      if (!this.#life.signal.aborted) this.#init.onError(error)
      return false
    } finally {
      cancel()
    }
  }

  #key (): CID {
    return CID.createV1(RAW, create(SHA2_256, this.#init.topic ?? new Uint8Array(32)))
  }

  #after (ms: number, fn: () => void): (() => void) | undefined {
    if (this.#life.signal.aborted) return undefined
    return this.#init.clock.after(ms * (1 + JITTER * this.#init.random()), fn)
  }

  #background (work: Promise<void>): void {
    const running: Promise<void> = work.finally(() => { this.#running.delete(running) })
    this.#running.add(running)
  }
}
