/**
 * Who may connect. libp2p asks before the handshake of an incoming connection, and again once encryption has proved its
 * peer. Before that anybody has a place, and the newest takes that of the oldest; after it a member is let in, and a
 * stranger has a place until its hello, one of few. Spec: the limits of protocols/README.md.
 */
import type { ComponentLogger, Connection, ConnectionGater as Libp2pConnectionGater, Logger, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { FORGED_MS, LINE_MS, MAX_CONNECTIONS, MAX_CONNECTIONS_IN_LINE, MAX_CONNECTIONS_PER_PEER, MAX_CONNECTIONS_WITHOUT_HELLO, MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP, MAX_CONNECTIONS_WITHOUT_HELLO_PER_NETWORK, MAX_UNPROVED_ANSWERS, MAX_UNPROVED_BYTES, MAX_UNPROVED_CONNECTIONS, REFUSED_MS, STRANGER_PLACE_MS, UNPROVED_CONNECTIONS_FOR_MEMBERS, UNPROVED_MS } from '../defaults.js'
import { groupOf, isLoopback, networksOf } from './addresses.js'
import { noLogger, shortPeer } from '../log.js'
import { steadyClock } from '../async/clock.js'
import type { Clock } from '../async/clock.js'
import { CONNECTION_COST_BYTES, Crowds, type Store } from './crowds.js'
import { Turnstile, type From } from './turnstile.js'
import { KnownAddresses } from './known-addresses.js'
import { Line } from './line.js'
import { boundUnproved, oldestOfMost } from './places.js'
import { wireOf, type Shared } from './wire.js'

export interface ConnectionGaterInit {
  /** @default none */
  logger?: ComponentLogger
  /** True for a peer that the vault admitted: it goes before strangers. @default nobody */
  isMember?: (peer: string) => boolean
  connections?: number
  perPeer?: number
  unproved?: number
  unprovedForMembers?: number
  withoutHello?: number
  withoutHelloPerAddress?: number
  withoutHelloPerNetwork?: number
  inLine?: number
  refusedMs?: number
  forgedMs?: number
  clock?: Clock
}

/** Why a connection was refused or closed: keys of `refused`. LIMIT: it passed a bound of wire.ts. CROWD: too many came of its network. */
export type RefusalReason = 'CONNECTIONS' | 'PEER_CONNECTIONS' | 'UNPROVED' | 'CROWD' | 'WITHOUT_HELLO' | 'IN_LINE' | 'BARRED' | 'LIMIT'

interface Ticket {
  readonly conn: MultiaddrConnection
  readonly inbound: boolean
  readonly group: string | undefined
  /** Its group, and what that lies in: looked at for each connection that comes. */
  readonly networks: readonly string[]
  /** A /24, a /48 of version 6. */
  readonly network: string | undefined
  /** A member came from its address. */
  readonly trusted: boolean
  peer?: string
  /** Since when it has one of the places of strangers. */
  place?: number
  greeted: boolean
  /** Showed a grant: makes room for members, after strangers. */
  visitor?: true
  /** Ends what holds until it is let in. */
  letIn: () => void
}

/** As long as fewer of the places of unproved connections are taken, libp2p's own 10 s are soon enough. */
const CROWDED_SHARE = 1 / 4
/** Of the line, for one network that used up what it has, so that it keeps nobody else out. */
const NETWORK_SHARE = 1 / 2

export class ConnectionGater implements Libp2pConnectionGater {
  /** Since the start, by reason. */
  readonly refused: Record<string, number> = {}
  readonly #limits: Required<Omit<ConnectionGaterInit, 'isMember' | 'clock' | 'logger'>>
  readonly #isMember: (peer: string) => boolean
  readonly #clock: Clock
  readonly #log: Logger
  /** In order of arrival. A connection and what it was made of share one timeline object, which is what links them. */
  readonly #tickets = new Map<object, Ticket>()
  /** Those of them whose peer is not proved, in order of arrival. */
  readonly #unproved = new Set<Ticket>()
  readonly #line: Line<Ticket>
  readonly #known: KnownAddresses
  readonly #crowds: Crowds
  /** Of the sockets on which the host listens. */
  readonly turnstile: Turnstile

  constructor (init: ConnectionGaterInit = {}) {
    this.#limits = {
      connections: init.connections ?? MAX_CONNECTIONS,
      perPeer: init.perPeer ?? MAX_CONNECTIONS_PER_PEER,
      unproved: init.unproved ?? MAX_UNPROVED_CONNECTIONS,
      unprovedForMembers: init.unprovedForMembers ?? UNPROVED_CONNECTIONS_FOR_MEMBERS,
      withoutHello: init.withoutHello ?? MAX_CONNECTIONS_WITHOUT_HELLO,
      withoutHelloPerAddress: init.withoutHelloPerAddress ?? MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP,
      withoutHelloPerNetwork: init.withoutHelloPerNetwork ?? MAX_CONNECTIONS_WITHOUT_HELLO_PER_NETWORK,
      inLine: init.inLine ?? MAX_CONNECTIONS_IN_LINE,
      refusedMs: init.refusedMs ?? REFUSED_MS,
      forgedMs: init.forgedMs ?? FORGED_MS
    }
    this.#isMember = init.isMember ?? (() => false)
    this.#clock = init.clock ?? steadyClock
    this.#log = (init.logger ?? noLogger).forComponent('dfs:network')
    this.#known = new KnownAddresses(this.#clock)
    this.#crowds = new Crowds(this.#clock)
    this.turnstile = new Turnstile({ clock: this.#clock, whence: (group) => this.#whence(group), mayCome: (from) => this.#crowds.mayCome(from), onRefused: (why, address) => { this.#tell(why, 'an unproved peer', address) } })
    this.#line = new Line({ clock: this.#clock, most: this.#limits.inLine, waitMs: LINE_MS, lookMs: STRANGER_PLACE_MS, enter: (ticket) => this.#takePlace(ticket) })
  }

  /** The vault admitted the peer. */
  isMember (peer: string): boolean { return this.#isMember(peer) }

  /** Before the handshake. */
  denyInboundConnection (conn: MultiaddrConnection): boolean | Promise<boolean> {
    const group = groupOf(conn.remoteAddr)
    const from = group === undefined ? undefined : this.#whence(group)
    if (from === 'barred') return this.#count('BARRED', conn)
    if (conn.status !== 'open') return true
    // a transport without a turnstile
    if (from !== undefined && !this.turnstile.let((conn as { socket?: object }).socket) && !this.#crowds.mayCome(from)) return this.#count('CROWD', conn)
    const trusted = from?.trusted === true
    const most = trusted ? this.#limits.unproved : this.#limits.unproved - this.#limits.unprovedForMembers
    const crowd = trusted ? this.#unproved.size : [...this.#unproved].filter((ticket) => !ticket.trusted).length
    if (crowd >= most) this.#close(oldestOfMost(this.#unproved), 'UNPROVED')
    const ticket = this.#add(conn, { inbound: true, trusted })
    const unbound = boundUnproved(conn, { bytes: MAX_UNPROVED_BYTES, answers: MAX_UNPROVED_ANSWERS })
    const stop = this.#watch(ticket)
    ticket.letIn = () => {
      unbound()
      stop()
    }
    return false
  }

  /** The peer is proved now. A stranger for whom there is no place waits for one, unread, and is refused when none comes free. */
  denyInboundEncryptedConnection (peerId: PeerId, conn: MultiaddrConnection): boolean | Promise<boolean> {
    const ticket = this.#tickets.get(conn.timeline)
    // closed meanwhile
    if (ticket === undefined) return true
    const peer = ticket.peer = peerId.toString()
    this.#unproved.delete(ticket)
    const member = this.#isMember(peer)
    if (this.#known.isBarred(peer) || (!member && ticket.group !== undefined && this.#known.isBarred(ticket.group))) return this.#turnAway(ticket, 'BARRED')
    // one more than it may keep: with its hello it takes the place of the oldest, which may be dead without our knowing
    if (this.#ofPeer(peer).length > this.#limits.perPeer + 1) return this.#turnAway(ticket, 'PEER_CONNECTIONS')
    if (!member && !this.#takePlace(ticket)) return this.#stand(ticket)
    return !this.#letIn(ticket)
  }

  denyOutboundEncryptedConnection (peerId: PeerId, conn: MultiaddrConnection): boolean {
    if (conn.status !== 'open') return true
    const ticket = this.#add(conn, { inbound: false, trusted: false })
    ticket.peer = peerId.toString()
    return !this.#letIn(ticket)
  }

  /** The hello of this connection is finished. @param visitor it is that of somebody who is no member */
  greeted (connection: Connection, { visitor = false } = {}): void {
    const ticket = this.#tickets.get(connection.timeline)
    if (ticket === undefined || ticket.greeted) return
    ticket.greeted = true
    // it was no stranger, or is a visitor
    if (ticket.place !== undefined) this.#costOf(ticket)?.give(CONNECTION_COST_BYTES)
    wireOf(connection)?.greeted()
    if (visitor) ticket.visitor = true
    else if (ticket.group !== undefined) this.#known.trust(ticket.group)
    this.#line.move()
  }

  /** A connection, or a stream of it, passed a bound of wire.ts. A stranger whose connection is closed for it stays out like one that was refused. */
  limited (connection: Connection, closes: boolean): void {
    this.#count('LIMIT', connection)
    if (closes && this.#tickets.get(connection.timeline)?.greeted === false) this.bar(connection, 'refused')
  }

  /** What a stranger has together with others of its network, and how to let it wait for that; undefined for members, for connections that this side made, and where the transport has no addresses. */
  shared (connection: Connection): Shared | undefined {
    const ticket = this.#tickets.get(connection.timeline)
    if (ticket === undefined || !ticket.inbound || this.#isMember(connection.remotePeer.toString())) return undefined
    const store = this.#costOf(ticket)
    return store === undefined ? undefined : { store, socket: (ticket.conn as { socket?: Shared['socket'] }).socket, clock: this.#clock }
  }

  /** Its hello was refused: the peer and, unless it is this machine, the address stay out for a while. */
  bar (connection: Connection, why: 'refused' | 'forged'): void {
    const ms = why === 'forged' ? this.#limits.forgedMs : this.#limits.refusedMs
    const group = groupOf(connection.remoteAddr)
    for (const key of [connection.remotePeer.toString(), ...(group === undefined || isLoopback(group) ? [] : [group])]) {
      this.#known.bar(key, ms)
    }
  }

  /** Bytes of the socket below a connection; zeros where the transport has none. */
  traffic (connection: Connection): { received: number, sent: number } {
    const { socket } = (this.#tickets.get(connection.timeline)?.conn ?? {}) as { socket?: { bytesRead?: number, bytesWritten?: number } }
    return { received: socket?.bytesRead ?? 0, sent: socket?.bytesWritten ?? 0 }
  }

  #whence (group: string): From | 'barred' {
    const trusted = this.#known.isTrusted(group)
    return !trusted && this.#known.isBarred(group) ? 'barred' : { group, network: networksOf(group).at(-2) ?? group, trusted }
  }

  #add (conn: MultiaddrConnection, facts: Pick<Ticket, 'inbound' | 'trusted'>): Ticket {
    const group = groupOf(conn.remoteAddr)
    const networks = networksOf(group ?? '')
    const ticket: Ticket = { conn, ...facts, group, networks, network: group === undefined ? undefined : networks.at(-2), greeted: false, letIn: () => {} }
    this.#tickets.set(conn.timeline, ticket)
    if (facts.inbound) this.#unproved.add(ticket)
    conn.addEventListener('close', () => {
      this.#tickets.delete(conn.timeline)
      this.#unproved.delete(ticket)
      ticket.letIn()
      this.#line.leave(ticket)
      this.#line.move()
    }, { once: true })
    return ticket
  }

  /** Closes it when its peer is not proved in time, as soon as others need the places. */
  #watch (ticket: Ticket): () => void {
    let cancel = (): void => {}
    const again = (): void => {
      cancel = this.#clock.after(UNPROVED_MS, () => {
        if (ticket.peer === undefined && this.#unproved.size >= CROWDED_SHARE * this.#limits.unproved) this.#close(ticket, 'UNPROVED')
        else again()
      })
    }
    again()
    return () => { cancel() }
  }

  /** False: the node has all the connections that it may have, and none of them is a stranger's. */
  #letIn (ticket: Ticket): boolean {
    const proved = [...this.#tickets.values()].filter((one) => one.peer !== undefined && !this.#line.has(one))
    if (proved.length > this.#limits.connections && !this.#evict(ticket)) return !this.#turnAway(ticket, 'CONNECTIONS')
    ticket.letIn()
    return true
  }

  async #stand (ticket: Ticket): Promise<boolean> {
    const poor = this.#costOf(ticket)?.has(CONNECTION_COST_BYTES) === false
    const neighbours = poor ? this.#line.count(({ network }) => network === ticket.network) : 0
    if (neighbours >= NETWORK_SHARE * this.#limits.inLine || !await this.#line.stand(ticket)) return this.#turnAway(ticket, 'IN_LINE')
    return !this.#letIn(ticket)
  }

  /** One of the places of strangers: a free one, or that of somebody who had it long enough to say hello. */
  #takePlace (ticket: Ticket): boolean {
    if (this.#costOf(ticket)?.has(CONNECTION_COST_BYTES) === false) return false
    const strangers = this.#strangers()
    const { group, network } = ticket
    for (const [crowd, most] of [
      [group === undefined ? [] : strangers.filter((one) => one.group === group), this.#limits.withoutHelloPerAddress],
      [network === undefined ? [] : strangers.filter((one) => one.network === network), this.#limits.withoutHelloPerNetwork],
      [strangers, this.#limits.withoutHello]
    ] as const) {
      if (crowd.filter(({ conn }) => conn.status === 'open').length >= most && !this.#close(crowd.find((one) => this.#hadItsTime(one)), 'WITHOUT_HELLO')) return false
    }
    this.#costOf(ticket)?.take(CONNECTION_COST_BYTES)
    ticket.place = this.#clock.now()
    return true
  }

  #costOf ({ network }: Ticket): Store | undefined { return network === undefined ? undefined : this.#crowds.bytes(network) }

  #hadItsTime ({ place, conn }: Ticket): boolean {
    return conn.status === 'open' && place !== undefined && this.#clock.now() - place >= STRANGER_PLACE_MS
  }

  /** Makes room: the stranger that has been here longest goes, or, where there is none, the visitor. */
  #evict (except: Ticket): boolean {
    const all = [...this.#tickets.values()].filter((ticket) => ticket !== except && ticket.inbound && ticket.peer !== undefined && !this.#isMember(ticket.peer))
    return this.#close(all.find(({ greeted }) => !greeted) ?? all.find(({ visitor }) => visitor === true), 'WITHOUT_HELLO')
  }

  #close (ticket: Ticket | undefined, reason: RefusalReason): boolean {
    ticket?.conn.abort(new Error('made room for another connection'))
    return ticket !== undefined && this.#count(reason, ticket.conn, ticket.peer)
  }

  #ofPeer (peer: string): Ticket[] {
    return [...this.#tickets.values()].filter((ticket) => ticket.peer === peer)
  }

  /** Those that have a place, the oldest first. */
  #strangers (): Ticket[] {
    return [...this.#tickets.values()].filter(({ greeted, place }) => !greeted && place !== undefined).sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
  }

  /** libp2p closes the connection; until then it has no place any more. */
  #turnAway ({ conn, peer }: Ticket, reason: RefusalReason): true {
    this.#tickets.delete(conn.timeline)
    return this.#count(reason, conn, peer)
  }

  /** True. */
  #count (reason: RefusalReason, { remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>, peer = ''): true {
    this.#tell(reason, peer === '' ? 'an unproved peer' : shortPeer(peer), remoteAddr)
    return true
  }

  #tell (reason: RefusalReason, who: string, address: unknown): void {
    this.#log('refused a connection of %s at %s: %s', who, address, reason)
    this.refused[reason] = (this.refused[reason] ?? 0) + 1
  }
}
