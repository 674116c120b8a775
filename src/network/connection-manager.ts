/**
 * Keeps connections to what the topology wants, opens others on demand, and closes what nobody uses. Without `follow`
 * every connection is a link, and none is closed.
 */
import { multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, Stream } from '@libp2p/interface'
import { PeerNotConnectedError } from '../errors.js'
import { abortable } from '../async/abortable.js'
import { peerOf } from './addresses.js'
import { Topology } from './topology.js'
import type { Clock } from '../async/clock.js'
import type { Session } from './session.js'
import type { AcceptedLink, TopologyMember } from './topology.js'

/** How often the members are asked for anew, and unused connections looked for, when nothing else happens. */
export const KEEP_ROUND_MS = 5_000
/** A connection that is no link and carries no stream is closed after so long. */
export const IDLE_MS = 60_000
/** A sign of life of a member may come with new addresses; those of many members are looked at together. */
const SEEN_MS = 500
/** How long the side that was dialled waits for the other to open the standing streams of a link. */
const LINK_WAIT_MS = 5_000
/** More than this in a round is a transfer, also on a standing stream; pings and single entries stay below. */
const TRANSFER_BYTES = 64 * 1024
const MAX_PARSED = 4096

export interface FollowInit {
  /** All members, this node may be among them; asked in each round, and so cheap. */
  members: () => Iterable<TopologyMember>
  /** Full multiaddrs of a member, the best first. */
  addresses: (peer: string) => string[]
  /** Full multiaddrs that are dialled and kept whatever the topology wants. @default none */
  bootstrap?: string[]
  /** Protocols whose streams live as long as a link does, and so are no sign of use. @default none */
  standing?: string[]
}

export interface ConnectionManagerParts {
  self: TopologyMember
  clock: Clock
  random: () => number
  /** All streams with a peer. */
  streams: (peer: string) => Stream[]
  /** True for a protocol of ours. */
  counts: (protocol: string) => boolean
  dial: (addresses: string[]) => Promise<Session>
  close: (peer: string) => Promise<void>
  /** Looks for what is to be dialled. */
  wake: () => void
  /** This side is to open the standing streams of the link. */
  onLink: (session: Session) => void
}

/** What is known of a session that is open. */
interface Use {
  readonly session: Session
  /** When it was last of use. */
  at: number
  /** Since when it is a link; undefined while it is none. */
  wanted?: number
  told: boolean
  /** Moved in all when it was last looked at, and when that was. */
  bytes: number
  looked: number
}

interface Reach { readonly promise: Promise<Session>, readonly resolve: (session: Session) => void }

export class ConnectionManager {
  readonly #parts: ConnectionManagerParts
  #follow: FollowInit | undefined
  #topology: Topology | undefined
  #wanted = new Set<string>()
  #cancel: (() => void) | undefined
  #soon: (() => void) | undefined
  #stopped = false
  readonly #uses = new Map<string, Use>()
  /** Addresses are looked at in each round, and parsing one takes longer than all the rest. */
  readonly #parsed = new Map<string, string | undefined | null>()
  readonly #reaching = new Map<string, Reach>()

  constructor (parts: ConnectionManagerParts) {
    this.#parts = parts
  }

  /** From now on the topology decides. Once. */
  follow (init: FollowInit): void {
    const { self, clock, random } = this.#parts
    this.#follow = init
    this.#topology = new Topology({
      self,
      clock,
      random,
      connected: (peer) => this.#uses.has(peer),
      dialable: (peer) => this.#addressesOf(peer).length > 0
    })
    this.round()
  }

  /** True when the connection with this peer is a link: it is kept, and carries the standing streams. */
  wants (peer: string): boolean {
    return this.#topology === undefined || this.#wanted.has(peer)
  }

  /** Full multiaddrs of everybody that is wanted. */
  addresses (): string[] {
    return [...this.#follow?.bootstrap ?? [], ...[...this.#wanted].flatMap((peer) => this.#addressesOf(peer))]
  }

  /** Asks for the members, and does what follows from them. */
  round (): void {
    if (this.#stopped || this.#follow === undefined || this.#topology === undefined) return
    this.#cancel?.()
    this.#soon?.()
    this.#soon = undefined
    this.#topology.setMembers(this.#follow.members())
    this.#wanted = new Set([...this.#topology.wanted(), ...(this.#follow.bootstrap ?? []).map((text) => this.#peerOf(text)).filter((peer) => typeof peer === 'string')])
    this.#cancel = this.#parts.clock.after(KEEP_ROUND_MS, () => { this.round() })
    this.#parts.wake()
    this.#sweep()
  }

  opened (session: Session): void {
    const now = this.#parts.clock.now()
    const use: Use = { session, at: now, told: false, bytes: 0, looked: now }
    this.#uses.set(session.peer, use)
    this.#topology?.seen(session.peer)
    this.#reaching.get(session.peer)?.resolve(session)
    if (this.#topology === undefined) this.#tell(use, session.direction === 'outbound')
    else this.round()
  }

  /** `here`: this side closed it. */
  closed (session: Session, here: boolean): void {
    this.#uses.delete(session.peer)
    if (!here && session.direction === 'outbound' && this.#wanted.has(session.peer)) this.#topology?.ended(session.peer)
    this.round()
  }

  failed (peer: string): void {
    this.#topology?.failed(peer)
    this.round()
  }

  /** A sign of life that came another way. */
  seen (peer: string): void {
    if (this.#topology?.seen(peer) === true) this.round()
    else if (!this.#uses.has(peer) && !this.#stopped) this.#soon ??= this.#parts.clock.after(SEEN_MS, () => { this.round() })
  }

  /** A stream of the peer begins or ends. */
  used (peer: string): void {
    const use = this.#uses.get(peer)
    if (use !== undefined) use.at = this.#parts.clock.now()
  }

  /** The session with a peer, dialled when there is none; PeerNotConnectedError when it has no address or does not answer. */
  async reach (peer: string, { signal }: AbortOptions = {}): Promise<Session> {
    signal?.throwIfAborted()
    const use = this.#uses.get(peer)
    if (use?.session.connection.status === 'open') {
      this.used(peer)
      return use.session
    }
    return abortable((this.#reaching.get(peer) ?? this.#reach(peer)).promise, signal)
  }

  stop (): void {
    this.#stopped = true
    this.#cancel?.()
    this.#soon?.()
  }

  #reach (peer: string): Reach {
    const { promise, resolve, reject } = Promise.withResolvers<Session>()
    const reach: Reach = { promise, resolve }
    this.#reaching.set(peer, reach)
    // each caller may have left
    promise.catch(() => {})
    const work = async (): Promise<void> => {
      try {
        const addresses = [...this.#addressesOf(peer), ...(this.#follow?.bootstrap ?? []).filter((text) => this.#peerOf(text) === peer)]
        if (this.#stopped || addresses.length === 0) throw new Error(this.#stopped ? 'the node stops' : 'no address of it is known')
        resolve(await this.#parts.dial(addresses))
      } catch (cause) {
        reject(new PeerNotConnectedError(`${peer} was not reached`, { cause }))
        if (!this.#uses.has(peer)) this.failed(peer)
      } finally {
        this.#reaching.delete(peer)
      }
    }
    void work()
    return reach
  }

  /** Tells of new links, and closes what was of no use for IDLE_MS. */
  #sweep (): void {
    const now = this.#parts.clock.now()
    const accepted: AcceptedLink[] = []
    for (const [peer, use] of this.#uses) {
      if (this.#wanted.has(peer)) use.wanted ??= now
      else delete use.wanted
      const offered = this.#streams(peer, true).some(({ direction }) => direction === 'inbound')
      if (offered) accepted.push({ peer, since: use.session.since.getTime() })
      if (use.wanted !== undefined) this.#tell(use, use.session.direction === 'outbound' || (!offered && now - use.wanted >= LINK_WAIT_MS))
      if (use.wanted !== undefined || this.#busy(peer, use, now)) use.at = now
    }
    const excess = new Set(this.#topology?.excess(accepted, this.#wanted))
    const kept = new Set(accepted.map(({ peer }) => peer).filter((peer) => !excess.has(peer)))
    for (const [peer, use] of this.#uses) {
      if (kept.has(peer)) use.at = now
      else if (now - use.at >= IDLE_MS && use.session.connection.status === 'open') void this.#parts.close(peer)
    }
  }

  #tell (use: Use, now: boolean): void {
    if (!now || use.told) return
    use.told = true
    this.#parts.onLink(use.session)
  }

  #busy (peer: string, use: Use, now: number): boolean {
    if (this.#streams(peer, false).length > 0) return true
    if (now - use.looked < KEEP_ROUND_MS) return false
    const before = use.bytes
    use.bytes = use.session.bytesReceived + use.session.bytesSent
    use.looked = now
    return use.bytes - before > TRANSFER_BYTES
  }

  #streams (peer: string, standing: boolean): Stream[] {
    return this.#parts.streams(peer).filter(({ protocol }) => this.#parts.counts(protocol) && (this.#follow?.standing ?? []).includes(protocol) === standing)
  }

  /** Addresses come from other members: one that does not parse, or names another peer, is passed over. */
  #addressesOf (peer: string): string[] {
    return (this.#follow?.addresses(peer) ?? []).flatMap((text) => {
      const names = this.#peerOf(text)
      return names === undefined ? [`${text}/p2p/${peer}`] : names === peer ? [text] : []
    })
  }

  /** The peer that an address names; undefined: none, null: it is no address. */
  #peerOf (text: string): string | undefined | null {
    const known = this.#parsed.get(text)
    if (known !== undefined || this.#parsed.has(text)) return known
    let peer
    try {
      peer = peerOf(multiaddr(text))
    } catch {
      peer = null
    }
    if (this.#parsed.size >= MAX_PARSED) this.#parsed.clear()
    this.#parsed.set(text, peer)
    return peer
  }
}
