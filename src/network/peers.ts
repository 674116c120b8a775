/**
 * Members at the other end of connections. Greets what this node dialled, waits for the hello of what dialled it, and
 * lets no other stream through before.
 */
import { TypedEventEmitter } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, Connection, Libp2p, Logger, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { ProtocolError } from '../../protocols/errors.js'
import { HELLO_MS, HELLO_WAIT_MS, MAX_CONNECTIONS_PER_PEER, MAX_WAITING_STREAMS, MAX_WAITING_STREAMS_PER_CONNECTION } from '../defaults.js'
import { PeerNotConnectedError } from '../errors.js'
import { shortPeer, whyFailed } from '../log.js'
import { settled } from '../async/abortable.js'
import { steadyClock, systemClock } from '../async/clock.js'
import { ConnectionGater } from './connection-gater.js'
import { DIAL_MS } from './host.js'
import { ConnectionManager } from './connection-manager.js'
import { CLOSE_MS, PeerConnection } from './peer-connection.js'
import { ReconnectQueue } from './reconnect-queue.js'
import { DhtOnlyPeers } from './dht-only-peers.js'
import type { Clock } from '../async/clock.js'
import type { FollowInit } from './connection-manager.js'
import type { Handshake, HandleOptions, Session, SessionFacts, SessionHandler, Visitor, VisitorFacts } from './session.js'
import { Visitors } from './visitors.js'
import { PendingStreams } from './pending-streams.js'
import type { PeersEvents, PeersInit } from './peers-init.js'

export type { FollowInit } from './connection-manager.js'
export type { PeersEvents, PeersInit } from './peers-init.js'
export { peerFacts } from './peer-facts.js'
export type { PeerFacts } from './peer-facts.js'
export type { Handshake, HandleOptions, Session, SessionFacts, SessionHandler, Visitor, VisitorFacts } from './session.js'
export type { TopologyMember } from './topology.js'

/** A hello that ended so keeps the peer out for a while; other refusals (expired, used up) are honest mistakes. */
const BARS: Record<string, 'refused' | 'forged'> = { REFUSED: 'refused', MALFORMED: 'refused', LIMIT: 'refused', INVALID_DATA: 'forged' }
/** Beyond our own count libp2p resets by itself. */
const SPARE_STREAMS = 4

export class Peers extends TypedEventEmitter<PeersEvents> {
  readonly #host: Libp2p
  readonly #log: Logger
  readonly #greeter: Handshake
  readonly #gate: ConnectionGater
  readonly #clock: Clock
  readonly #wall: Clock
  readonly #limits: { perPeer: number, helloMs: number }
  readonly #room: PendingStreams
  readonly #reconnector: ReconnectQueue
  readonly #strangers: DhtOnlyPeers
  readonly #keeper: ConnectionManager
  readonly #links = new Map<string, PeerConnection>()
  /** Finished hellos of a peer, the oldest first: that one is its session. */
  readonly #sessions = new Map<string, PeerConnection[]>()
  readonly #visitors: Visitors
  readonly #refused: Record<string, number> = {}
  /** Running handlers by peer and protocol. */
  readonly #streams = new Map<string, number>()
  readonly #protocols = new Set<string>()
  /** Protocols whose streams make a connection one that is used. */
  readonly #carried = new Set<string>()
  readonly #stopping = new AbortController()
  #stopped = false

  constructor (host: Libp2p, greeter: Handshake, init: PeersInit = {}) {
    super()
    this.#host = host
    this.#log = host.logger.forComponent('dfs:network')
    this.#greeter = greeter
    const clock = this.#clock = init.clock ?? steadyClock
    this.#wall = init.wall ?? init.clock ?? systemClock
    this.#gate = init.gate ?? new ConnectionGater({ clock })
    this.#limits = { perPeer: init.perPeer ?? MAX_CONNECTIONS_PER_PEER, helloMs: init.helloMs ?? HELLO_MS }
    this.#room = new PendingStreams({
      clock: this.#clock, helloWaitMs: init.helloWaitMs ?? HELLO_WAIT_MS,
      streams: init.waitingStreams ?? MAX_WAITING_STREAMS, perConnection: init.waitingStreamsPerConnection ?? MAX_WAITING_STREAMS_PER_CONNECTION
    })
    this.#visitors = new Visitors({ clock, perPeer: this.#limits.perPeer })
    this.#strangers = new DhtOnlyPeers({ protocol: init.dht, host, clock, close: (connection) => { void this.#links.get(connection.id)?.close() } })
    this.#reconnector = new ReconnectQueue({
      clock,
      random: init.random ?? Math.random,
      self: host.peerId.toString(),
      connected: (peer) => this.#sessions.has(peer),
      dial: async (_peer, addresses, signal) => this.connect(addresses, { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]) }),
      onFailure: (peer) => { this.#keeper.failed(peer) },
      ...(init.reconnectMinMs === undefined ? {} : { minMs: init.reconnectMinMs }),
      ...(init.reconnectMaxMs === undefined ? {} : { maxMs: init.reconnectMaxMs })
    })
    this.#keeper = new ConnectionManager({
      self: { peer: host.peerId.toString(), bytes: host.peerId.toMultihash().bytes },
      clock,
      random: init.random ?? Math.random,
      streams: (peer) => [...this.#links.values()].flatMap((link) => link.peer === peer ? link.connection.streams : []),
      counts: (protocol) => this.#carried.has(protocol),
      dial: async (addresses) => this.connect(addresses, { signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DIAL_MS)]) }),
      close: async (peer) => this.drop(peer),
      wake: () => { this.#reconnector.wake() },
      onLink: (session) => { this.safeDispatchEvent('link:open', { detail: session }) }
    })
    host.addEventListener('connection:open', this.#onOpen)
    // the greeting of what is dialled before this resolves is not lost: handlers are registered synchronously enough
    this.#ready = this.#register()
    for (const connection of host.getConnections()) this.#link(connection)
  }

  readonly #ready: Promise<void>

  /** This node's own peer. */
  get self (): string {
    return this.#host.peerId.toString()
  }

  /** Refused hellos, connections and streams since the start, by code. */
  get refused (): Record<string, number> {
    return { ...this.#gate.refused, ...this.#refused }
  }

  /** One a peer. */
  sessions (): Session[] {
    return [...this.#sessions.keys()].map((peer) => this.get(peer)).filter((session) => session !== undefined)
  }

  /** Those who are no members. They are in no other list, and nothing is opened to them. */
  visitors (): Visitor[] {
    return this.#visitors.all()
  }

  get (peer: string): Session | undefined {
    return this.#sessions.get(peer)?.[0]?.session
  }

  /** Dials one peer at any of its addresses and waits for the hello; its own error when that is refused. */
  async connect (addresses: Array<string | Multiaddr>, options: AbortOptions = {}): Promise<Session> {
    await this.#ready
    const to = addresses.map((address) => typeof address === 'string' ? multiaddr(address) : address)
    let connection = await this.#dial(to, options)
    // the DHT of the other side opened that one, and who opened a connection says hello: a connection of our own then
    if (connection.direction === 'inbound' && this.#links.get(connection.id)?.greeting === false) connection = await this.#dial(to, { ...options, force: true })
    const link = this.#links.get(connection.id)
    if (link === undefined) throw new PeerNotConnectedError(`The connection to ${connection.remotePeer.toString()} closed at once`)
    // the DHT may have dialled it
    if (connection.direction === 'outbound' && !link.greeting && !this.#strangers.has(link.peer)) void this.#greetDialled(link)
    const made = await link.greeted(options.signal)
    if ('visits' in made) throw new PeerNotConnectedError(`${made.peer} is a visitor here`)
    return made
  }

  async #dial (to: Multiaddr[], options: AbortOptions & { force?: boolean }): Promise<Connection> {
    this.#log('dialling %a%s', to[0], to.length < 2 ? '' : ` and ${to.length - 1} more addresses of it`)
    try {
      return await this.#host.dial(to, options)
    } catch (err) {
      this.#log('not reached at %a: %s', to[0], whyFailed(err))
      throw err
    }
  }

  /** A stream to a peer that has a session; PeerNotConnectedError when it has none. */
  async open (peer: string, protocol: string, options: AbortOptions = {}): Promise<Stream> {
    const session = this.get(peer)
    if (session === undefined) throw new PeerNotConnectedError(`No session with ${peer}`)
    this.#carried.add(protocol)
    this.#keeper.used(peer)
    const stream = await session.connection.newStream(protocol, options)
    stream.addEventListener('close', () => { this.#keeper.used(peer) }, { once: true })
    return stream
  }

  /** Serves `protocol` to peers with a session. The stream is aborted when `handler` throws. */
  async handle (protocol: string, handler: SessionHandler, options: HandleOptions): Promise<void> {
    this.#protocols.add(protocol)
    this.#carried.add(protocol)
    await this.#host.handle(protocol, async (stream, connection) => this.#serve(protocol, handler, options, stream, connection), {
      maxInboundStreams: options.maxInbound + SPARE_STREAMS
    })
  }

  /** Keeps sessions with these peers; asked anew in each round. */
  keep (addresses: () => string[]): void {
    this.#reconnector.keep(addresses)
  }

  /**
   * Keeps links to the members that the topology wants, and closes what is no link and carries nothing for IDLE_MS.
   * Once; `wake` when members or addresses change.
   */
  follow (init: FollowInit): void {
    this.#keeper.follow(init)
    this.#reconnector.keep(() => this.#keeper.addresses())
  }

  /** True when the connection with this peer, if there is one, is a link; of every peer before `follow`. */
  wants (peer: string): boolean {
    return this.#keeper.wants(peer)
  }

  /**
   * The session with a member, dialled when there is none. PeerNotConnectedError when no address of it is known or none
   * answers. It stays for IDLE_MS after its last stream, longer when it is a link.
   */
  async reach (peer: string, options: AbortOptions = {}): Promise<Session> {
    return this.#keeper.reach(peer, options)
  }

  /** A sign of life of a member came through others: it is dialled again without waiting, when it is wanted. */
  seen (peer: string): void {
    this.#keeper.seen(peer)
  }

  /** Asks for members and addresses, and dials what is due at once. */
  wake (): void {
    this.#keeper.round()
    this.#reconnector.wake()
  }

  /** Closes every connection of a peer. */
  async drop (peer: string): Promise<void> {
    await Promise.all([...this.#links.values()].filter((link) => link.peer === peer).map((link) => link.close()))
  }

  /** Ends every connection of a peer that may not be here any more, at once, with all that runs on it. */
  expel (peer: string): void {
    this.#log('%s was revoked: its connections are closed', shortPeer(peer))
    for (const link of [...this.#links.values()]) if (link.peer === peer) link.expel(new ProtocolError('REVOKED', 'the member was revoked'))
  }

  /** The same for visitors for whom this holds. */
  expelVisitors (whom: (visitor: Visitor) => boolean): void {
    this.#visitors.expel(whom)
  }

  /** Ends all sessions; the host itself is the caller's to stop. */
  async stop (): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#reconnector.stop()
    this.#keeper.stop()
    this.#strangers.stop()
    this.#stopping.abort(new ProtocolError('CLOSED', 'the node stops'))
    this.#host.removeEventListener('connection:open', this.#onOpen)
    await this.#ready
    await this.#host.unhandle([...this.#protocols])
    await Promise.all([...this.#links.values()].map((link) => link.close()))
  }

  async #register (): Promise<void> {
    const { protocol } = this.#greeter
    this.#protocols.add(protocol)
    await this.#host.handle(protocol, async (stream, connection) => this.#hello(stream, connection), { maxInboundStreams: 1, maxOutboundStreams: 1 })
  }

  readonly #onOpen = (event: CustomEvent<Connection>): void => { this.#link(event.detail) }

  #link (connection: Connection): PeerConnection | undefined {
    if (this.#stopped || connection.status !== 'open') return undefined
    const known = this.#links.get(connection.id)
    if (known !== undefined) return known
    const link = new PeerConnection(connection, this.#gate, { clock: this.#clock, wall: this.#wall }, this.#limits.helloMs, async (late) => { if (!await this.#strangers.keep(connection)) connection.abort(late) })
    this.#links.set(connection.id, link)
    link.addEventListener('close', () => { this.#closed(link) }, { once: true })
    link.addEventListener('expired', () => { this.#count('EXPIRED') }, { once: true })
    if (connection.direction === 'outbound') this.#dialled(link)
    return link
  }

  /** What the DHT dialled is greeted when it is a member; whatever else was dialled is greeted by who did it. */
  #dialled (link: PeerConnection): void {
    if (!this.#strangers.allowed || this.#gate.isMember(link.peer)) void this.#greetDialled(link)
    else if (this.#strangers.has(link.peer)) link.fail(new ProtocolError('REFUSED', 'the peer is of another vault'))
  }

  #greetDialled (link: PeerConnection): Promise<void> {
    return this.#greet(link, async (options) => this.#greeter.dial(link.connection, options))
  }

  /** An incoming hello: the dialling side opens it, once a connection. */
  async #hello (stream: Stream, connection: Connection): Promise<void> {
    const link = this.#link(connection)
    if (link === undefined || connection.direction !== 'inbound' || link.greeting) return this.#refuseStream(stream, connection, 'LIMIT')
    await this.#greet(link, async (options) => this.#greeter.handle(stream, connection, options))
  }

  async #greet (link: PeerConnection, greet: (options: { signal: AbortSignal }) => Promise<SessionFacts | VisitorFacts>): Promise<void> {
    link.greeting = true
    try {
      const facts = await settled(greet({ signal: link.helloSignal }), link.helloSignal)
      if (facts.peer !== link.peer) throw new ProtocolError('REFUSED', `the hello is of ${facts.peer}`)
      if (link.closed) throw new ProtocolError('CLOSED', 'the connection closed')
      link.finish(facts)
    } catch (err) {
      await this.#refuse(link, err)
      return
    }
    this.#gate.greeted(link.connection, { visitor: link.visitor !== undefined })
    this.#strangers.forget(link.peer)
    if (link.visitor === undefined) this.#greeted(link)
    else this.#visitors.opened(link, link.visitor)
  }

  #greeted (link: PeerConnection): void {
    const links = this.#sessions.get(link.peer) ?? []
    this.#sessions.set(link.peer, links)
    links.push(link)
    // a peer that dials again has lost what it dialled before, and more than it may have means that one of them is dead
    const lost = links.find((other) => other !== link && link.connection.direction === 'inbound' && other.connection.direction === 'inbound')
      ?? (links.length > this.#limits.perPeer ? links[0] : undefined)
    if (links[0] === link) this.#opened(link)
    if (lost !== undefined) void lost.close()
  }

  #opened (link: PeerConnection): void {
    if (link.session === undefined) return
    const { direction, role, label, address } = link.session
    this.#log('connected with %s (%j, role %s): %s %s', shortPeer(link.peer), label, role, direction === 'inbound' ? 'it dialled from' : 'dialled at', address)
    this.#reconnector.opened(link.peer)
    this.safeDispatchEvent('session:open', { detail: link.session })
    this.#keeper.opened(link.session)
  }

  #closed (link: PeerConnection): void {
    this.#links.delete(link.connection.id)
    this.#visitors.closed(link)
    const links = this.#sessions.get(link.peer) ?? []
    const place = links.indexOf(link)
    if (place === -1) return
    links.splice(place, 1)
    if (links.length === 0) this.#sessions.delete(link.peer)
    if (place > 0 || link.session === undefined) return
    this.#log('the connection with %s closed%s', shortPeer(link.peer), link.closedHere ? ' from this side' : '')
    this.safeDispatchEvent('session:close', { detail: link.session })
    const [next] = links
    if (next !== undefined) return this.#opened(next)
    if (!this.#stopped) this.#reconnector.closed(link.peer)
    this.#keeper.closed(link.session, link.closedHere)
  }

  async #refuse (link: PeerConnection, err: unknown): Promise<void> {
    const code = err instanceof ProtocolError ? err.code : (err as Error).name === 'UnsupportedProtocolError' ? 'UNSUPPORTED' : link.closed ? 'CLOSED' : link.helloSignal.aborted ? 'TIMEOUT' : 'INTERNAL'
    // one that only went away was not refused
    if (code !== 'CLOSED') this.#count(code)
    const log = code === 'CLOSED' ? this.#log.trace : this.#log
    log(link.connection.direction === 'inbound' ? 'refused the hello of %s at %a: %s' : 'the hello to %s at %a failed: %s', shortPeer(link.peer), link.connection.remoteAddr, whyFailed(err))
    link.fail(err)
    if (link.connection.direction === 'inbound') {
      const bar = BARS[code]
      if (bar !== undefined) this.#gate.bar(link.connection, bar)
      if (code === 'REFUSED' && await this.#strangers.keep(link.connection)) return
      // what was refused hangs up by itself; closing first could cost it the reason
      await link.ended(CLOSE_MS)
    } else if (code === 'REFUSED' || code === 'UNSUPPORTED') {
      this.#strangers.note(link.peer)
      if (await this.#strangers.keep(link.connection)) return
    }
    await link.close()
  }

  async #serve (protocol: string, handler: SessionHandler, { maxInbound, visitors }: HandleOptions, stream: Stream, connection: Connection): Promise<void> {
    const link = this.#link(connection)
    const { session, visitor } = link !== undefined && await this.#room.greeted(link) ? link : {}
    if (link !== undefined && visitor !== undefined && visitors !== undefined && !link.expired) return this.#visitors.serve(link, visitor, stream, visitors)
    if (session === undefined || link?.expired !== false) return this.#refuseStream(stream, connection, 'REFUSED')
    const key = `${session.peer} ${protocol}`
    const count = this.#streams.get(key) ?? 0
    if (count >= maxInbound) return this.#refuseStream(stream, connection, 'LIMIT')
    this.#streams.set(key, count + 1)
    this.#keeper.used(session.peer)
    try {
      await handler(stream, session)
    } catch (err) {
      const log = link.closed || this.#stopped ? this.#log.trace : this.#log
      log('ended a stream %s of %s: %s', protocol, shortPeer(session.peer), whyFailed(err))
      stream.abort(err instanceof Error ? err : new Error(String(err)))
    } finally {
      const left = (this.#streams.get(key) ?? 1) - 1
      if (left === 0) this.#streams.delete(key)
      else this.#streams.set(key, left)
      this.#keeper.used(session.peer)
    }
  }

  #refuseStream (stream: Stream, { remotePeer }: Connection, code: 'REFUSED' | 'LIMIT'): void {
    this.#count(code)
    const why = new ProtocolError(code, code === 'LIMIT' ? 'too many streams' : 'no hello')
    this.#log('refused a stream %s of %s: %s', stream.protocol, shortPeer(remotePeer.toString()), why.message)
    stream.abort(why)
  }

  #count (code: string): void {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1
  }
}
