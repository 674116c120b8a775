/**
 * Who may connect. libp2p asks before the handshake of an incoming connection, and again once encryption has proved
 * its peer. Spec: the limits of protocols/README.md; a connection counts as without hello until `greeted`.
 */
import type { Connection, ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { FORGED_MS, MAX_CONNECTIONS, MAX_CONNECTIONS_IN_LINE, MAX_CONNECTIONS_PER_PEER, MAX_CONNECTIONS_WITHOUT_HELLO, MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP, REFUSED_MS } from '../defaults.js'
import { groupOf, isLoopback } from './addresses.js'
import { steadyClock } from './clock.js'
import type { Clock } from './clock.js'

export interface GateInit {
  /** True for a peer that the vault admitted: it goes before strangers. @default nobody */
  isMember?: (peer: string) => boolean
  connections?: number
  perPeer?: number
  withoutHello?: number
  withoutHelloPerAddress?: number
  inLine?: number
  refusedMs?: number
  forgedMs?: number
  clock?: Clock
}

/** Why a connection was refused or closed: keys of `refused`. */
export type GateReason = 'CONNECTIONS' | 'PEER_CONNECTIONS' | 'WITHOUT_HELLO' | 'IN_LINE' | 'BARRED'

interface Ticket {
  readonly conn: MultiaddrConnection
  readonly inbound: boolean
  readonly group: string | undefined
  peer?: string
  greeted: boolean
  /** Showed a grant: makes room for members, after strangers. */
  visitor?: true
}

/** Addresses and peers remembered; the oldest goes first. */
const MAX_REMEMBERED = 4096

export class Gate implements ConnectionGater {
  /** Since the start, by reason. */
  readonly refused: Record<string, number> = {}
  readonly #limits: Required<Omit<GateInit, 'isMember' | 'clock'>>
  readonly #isMember: (peer: string) => boolean
  readonly #clock: Clock
  /** In order of arrival. A connection and what it was made of share one timeline object, which is what links them. */
  readonly #tickets = new Map<object, Ticket>()
  readonly #line = new Map<string, Array<(free: boolean) => void>>()
  #inLine = 0
  /** Peers and address groups, until when. */
  readonly #barred = new Map<string, number>()
  /** Address groups that a member came from: a bar on a stranger there does not shut the members out. */
  readonly #trusted = new Map<string, true>()

  constructor (init: GateInit = {}) {
    this.#limits = {
      connections: init.connections ?? MAX_CONNECTIONS,
      perPeer: init.perPeer ?? MAX_CONNECTIONS_PER_PEER,
      withoutHello: init.withoutHello ?? MAX_CONNECTIONS_WITHOUT_HELLO,
      withoutHelloPerAddress: init.withoutHelloPerAddress ?? MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP,
      inLine: init.inLine ?? MAX_CONNECTIONS_IN_LINE,
      refusedMs: init.refusedMs ?? REFUSED_MS,
      forgedMs: init.forgedMs ?? FORGED_MS
    }
    this.#isMember = init.isMember ?? (() => false)
    this.#clock = init.clock ?? steadyClock
  }

  /** The vault admitted the peer. */
  isMember (peer: string): boolean { return this.#isMember(peer) }

  /** Before the handshake. Beyond the share of its address a connection waits, unread, until one of them is greeted or gone. */
  async denyInboundConnection (conn: MultiaddrConnection): Promise<boolean> {
    const group = groupOf(conn.remoteAddr)
    if (group !== undefined && !this.#trusted.has(group) && this.#isBarred(group)) return this.#deny('BARRED')
    if (group !== undefined && (this.#line.has(group) || this.#waiting(group) >= this.#limits.withoutHelloPerAddress)) return this.#standInLine(group, conn)
    return !this.#admit(conn, true, undefined)
  }

  /** The peer is proved now. */
  denyInboundEncryptedConnection (peerId: PeerId, conn: MultiaddrConnection): boolean {
    const ticket = this.#tickets.get(conn.timeline)
    // closed meanwhile
    if (ticket === undefined) return true
    const peer = ticket.peer = peerId.toString()
    const member = this.#isMember(peer)
    if (this.#isBarred(peer) || (!member && ticket.group !== undefined && this.#isBarred(ticket.group))) return this.#deny('BARRED')
    // one more than it may keep: with its hello it takes the place of the oldest, which may be dead without our knowing
    if (this.#ofPeer(peer).length > this.#limits.perPeer + 1) return this.#deny('PEER_CONNECTIONS')
    const strangers = [...this.#tickets.values()].filter(({ inbound, greeted, peer }) => inbound && !greeted && peer !== undefined).length
    if (strangers > this.#limits.withoutHello && !(member && this.#evict(ticket))) return this.#deny('WITHOUT_HELLO')
    return false
  }

  denyOutboundEncryptedConnection (peerId: PeerId, conn: MultiaddrConnection): boolean {
    return !this.#admit(conn, false, peerId.toString())
  }

  /** The hello of this connection is finished. @param visitor it is that of somebody who is no member */
  greeted (connection: Connection, { visitor = false } = {}): void {
    const ticket = this.#tickets.get(connection.timeline)
    if (ticket === undefined || ticket.greeted) return
    ticket.greeted = true
    if (visitor) ticket.visitor = true
    if (ticket.group !== undefined) {
      if (!visitor) remember(this.#trusted, ticket.group, true)
      this.#next(ticket.group)
    }
  }

  /** Its hello was refused: the peer and, unless it is this machine, the address stay out for a while. */
  bar (connection: Connection, why: 'refused' | 'forged'): void {
    const until = this.#clock.now() + (why === 'forged' ? this.#limits.forgedMs : this.#limits.refusedMs)
    const group = groupOf(connection.remoteAddr)
    for (const key of [connection.remotePeer.toString(), ...(group === undefined || isLoopback(group) ? [] : [group])]) {
      remember(this.#barred, key, Math.max(until, this.#barred.get(key) ?? 0))
    }
  }

  /** Bytes of the socket below a connection; zeros where the transport has none. */
  traffic (connection: Connection): { received: number, sent: number } {
    const { socket } = (this.#tickets.get(connection.timeline)?.conn ?? {}) as { socket?: { bytesRead?: number, bytesWritten?: number } }
    return { received: socket?.bytesRead ?? 0, sent: socket?.bytesWritten ?? 0 }
  }

  #admit (conn: MultiaddrConnection, inbound: boolean, peer: string | undefined): boolean {
    if (conn.status !== 'open') return false
    // handshakes under way may be as many again as the strangers that finished one
    if (inbound && this.#strangers() >= 2 * this.#limits.withoutHello) return !this.#deny('WITHOUT_HELLO')
    if (this.#tickets.size >= this.#limits.connections && !this.#evict()) return !this.#deny('CONNECTIONS')
    const ticket: Ticket = { conn, inbound, group: groupOf(conn.remoteAddr), greeted: false, ...(peer === undefined ? {} : { peer }) }
    this.#tickets.set(conn.timeline, ticket)
    conn.addEventListener('close', () => {
      this.#tickets.delete(conn.timeline)
      if (ticket.group !== undefined && !ticket.greeted) this.#next(ticket.group)
    }, { once: true })
    return true
  }

  /** Makes room: the stranger that has been here longest goes, or, where there is none, the visitor. */
  #evict (except?: Ticket): boolean {
    const all = [...this.#tickets.values()]
    for (const ticket of [...all.filter(({ greeted }) => !greeted), ...all.filter(({ visitor }) => visitor === true)]) {
      if (ticket === except || !ticket.inbound || (ticket.peer !== undefined && this.#isMember(ticket.peer))) continue
      this.#count('WITHOUT_HELLO')
      ticket.conn.abort(new Error('made room for another connection'))
      return true
    }
    return false
  }

  #ofPeer (peer: string): Ticket[] {
    return [...this.#tickets.values()].filter((ticket) => ticket.peer === peer)
  }

  #strangers (): number {
    return [...this.#tickets.values()].filter(({ inbound, greeted }) => inbound && !greeted).length
  }

  #waiting (group: string): number {
    return [...this.#tickets.values()].filter((ticket) => ticket.group === group && ticket.inbound && !ticket.greeted).length
  }

  /** True: refused, since the line is full, or the connection closed before its turn came. */
  async #standInLine (group: string, conn: MultiaddrConnection): Promise<boolean> {
    if (this.#inLine >= this.#limits.inLine) return this.#deny('IN_LINE')
    const line = this.#line.get(group) ?? []
    this.#line.set(group, line)
    this.#inLine++
    return new Promise<boolean>((resolve) => {
      const leave = (turn: boolean): void => {
        line.splice(line.indexOf(leave), 1)
        if (line.length === 0) this.#line.delete(group)
        this.#inLine--
        conn.removeEventListener('close', gone)
        resolve(!turn || !this.#admit(conn, true, undefined))
      }
      const gone = (): void => { leave(false) }
      conn.addEventListener('close', gone)
      line.push(leave)
    })
  }

  #next (group: string): void {
    for (let first = this.#line.get(group)?.[0]; first !== undefined && this.#waiting(group) < this.#limits.withoutHelloPerAddress; first = this.#line.get(group)?.[0]) first(true)
  }

  #isBarred (key: string): boolean {
    const until = this.#barred.get(key)
    if (until === undefined) return false
    if (until > this.#clock.now()) return true
    this.#barred.delete(key)
    return false
  }

  #deny (reason: GateReason): true {
    this.#count(reason)
    return true
  }

  #count (reason: GateReason): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1
  }
}

function remember<V> (map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MAX_REMEMBERED) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
