/**
 * Which members this node keeps a link to. Pure: time and chance come in, and
 * nothing here opens or closes anything.
 *
 * Up to FULL_MESH_MEMBERS: everybody. More: the next two on the ring of members, which alone connects everybody who is
 * there, and six random ones, which make the way between any two short.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../async/clock.js'

/** Up to so many members, this one included, each has a link to each. */
export const FULL_MESH_MEMBERS = 32
/** Links to the members that follow on the ring. */
export const RING_LINKS = 2
export const RANDOM_LINKS = 6
/** Links that others may keep to this node in a vault of more than FULL_MESH_MEMBERS. */
export const MAX_ACCEPTED_LINKS = 24
/** One random link is replaced so often. */
export const ROTATE_MS = 3600e3
/** A member that could not be reached is passed over for so long; doubles up to the second number. */
export const AWAY_MIN_MS = 60_000
export const AWAY_MAX_MS = 30 * 60_000
/** A member that ended a link twice within so long has no place for us, and is passed over for the second number. */
export const ENDED_TWICE_MS = 10 * 60_000
export const NO_PLACE_MS = 30 * 60_000
/** Of the accepted links so many are for the nearest before us on the ring: they have nobody else to turn to. */
const NEAREST_ACCEPTED = MAX_ACCEPTED_LINKS / 2

export interface TopologyMember {
  /** PeerId as text. */
  peer: string
  /** PeerId as bytes. */
  bytes: Uint8Array
}

export interface TopologyInit {
  self: TopologyMember
  clock: Clock
  /** From 0 to 1. */
  random: () => number
  /** A session with the member is open, whoever dialled it. */
  connected: (peer: string) => boolean
  /** An address of the member is known. */
  dialable: (peer: string) => boolean
}

/** A link that the other side wants. */
export interface AcceptedLink {
  peer: string
  /** Milliseconds; only compared. */
  since: number
}

/** What is known of a member that was not always there. */
interface Mark {
  failures: number
  /** When it was last tried, and when it may be tried again. */
  tried: number
  due: number
  /** When it last ended a link. */
  ended?: number
}

export class Topology {
  readonly #init: TopologyInit
  readonly #place: string
  readonly #places = new Map<string, string>()
  readonly #marks = new Map<string, Mark>()
  /** The other members, from the next on the ring on. */
  #ring: string[] = []
  /** The random ones, the oldest first. */
  #picks: string[] = []
  #rotated: number

  constructor (init: TopologyInit) {
    this.#init = init
    this.#place = placeOf(init.self.bytes)
    this.#rotated = init.clock.now()
  }

  /** The members as they are now; this node may be among them. */
  setMembers (members: Iterable<TopologyMember>): void {
    const others = new Map([...members].filter(({ peer }) => peer !== this.#init.self.peer).map((member) => [member.peer, member]))
    if (others.size === this.#places.size && [...others.keys()].every((peer) => this.#places.has(peer))) return
    for (const peer of this.#places.keys()) if (!others.has(peer)) this.#places.delete(peer)
    for (const peer of this.#marks.keys()) if (!others.has(peer)) this.#marks.delete(peer)
    for (const { peer, bytes } of others.values()) if (!this.#places.has(peer)) this.#places.set(peer, placeOf(bytes))
    const sorted = [...this.#places].sort(([, a], [, b]) => a < b ? -1 : 1)
    const next = sorted.findIndex(([, place]) => place > this.#place)
    const order = next === -1 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)]
    this.#ring = order.map(([peer]) => peer)
  }

  get fullMesh (): boolean {
    return this.#ring.length < FULL_MESH_MEMBERS
  }

  /** The members to have a link to, and to dial when there is none. Above FULL_MESH_MEMBERS only those worth a try now. */
  wanted (): string[] {
    if (this.fullMesh) return [...this.#ring]
    const alone = !this.#ring.some((peer) => this.#init.connected(peer))
    const usable = (peer: string): boolean => (this.#init.connected(peer) || this.#init.dialable(peer)) && this.#due(peer, alone)
    const near = this.#near(usable)
    this.#pick(usable, near)
    return [...new Set([...near, ...this.#picks])]
  }

  /** Of the links that others keep to this node those that it has no place for, the first to go first. `wanted` as last answered. */
  excess (accepted: AcceptedLink[], wanted: Set<string>): string[] {
    if (this.fullMesh) return []
    const before = new Map(this.#ring.map((peer, i) => [peer, this.#ring.length - i]))
    const distance = ({ peer }: AcceptedLink): number => before.get(peer) ?? Infinity
    const unwanted = accepted.filter(({ peer }) => !wanted.has(peer)).sort((a, b) => distance(a) - distance(b))
    const rest = unwanted.splice(NEAREST_ACCEPTED).sort((a, b) => a.since - b.since)
    const places = Math.max(0, MAX_ACCEPTED_LINKS - (accepted.length - unwanted.length - rest.length))
    return [...unwanted, ...rest].slice(places).reverse().map(({ peer }) => peer)
  }

  /** It could not be reached. */
  failed (peer: string): void {
    if (!this.#places.has(peer)) return
    const mark = this.#mark(peer)
    mark.tried = this.#init.clock.now()
    mark.due = mark.tried + Math.min(AWAY_MAX_MS, AWAY_MIN_MS * 2 ** Math.min(mark.failures, 30)) * (0.5 + this.#init.random() / 2)
    mark.failures++
  }

  /** It gave a sign of life: a session opened, or a new record of it arrived. True when it was passed over; it is tried again at once. */
  seen (peer: string): boolean {
    const mark = this.#marks.get(peer)
    if (mark === undefined || mark.failures === 0) return false
    mark.failures = 0
    mark.due = 0
    return true
  }

  /** The other side ended a link that this node had dialled. */
  ended (peer: string): void {
    if (!this.#places.has(peer)) return
    const mark = this.#mark(peer)
    const now = this.#init.clock.now()
    if (mark.ended !== undefined && now - mark.ended < ENDED_TWICE_MS) {
      mark.tried = now
      mark.due = now + NO_PLACE_MS
    }
    mark.ended = now
  }

  /**
   * The first two on the ring that are connected, and up to two before them that are to be tried. So one that returns
   * is tried without losing a link first, and one that is away costs nothing.
   */
  #near (usable: (peer: string) => boolean): string[] {
    const near: string[] = []
    let connected = 0
    for (const peer of this.#ring) {
      if (connected === RING_LINKS) break
      const there = this.#init.connected(peer)
      if (!usable(peer) || (!there && near.length - connected >= RING_LINKS)) continue
      near.push(peer)
      if (there) connected++
    }
    return near
  }

  /** Replaces picks that are away or now near, and one an hour; fills up with others by chance. */
  #pick (usable: (peer: string) => boolean, near: string[]): void {
    const { clock, random, connected } = this.#init
    // before the near ones are settled one of them may be a pick that only stands in
    const settled = near.every((peer) => connected(peer)) ? new Set(near) : new Set<string>()
    this.#picks = this.#picks.filter((peer) => this.#places.has(peer) && usable(peer) && !settled.has(peer))
    const taken = new Set([...near, ...this.#picks])
    const left = this.#ring.filter((peer) => !taken.has(peer) && usable(peer))
    if (clock.now() - this.#rotated >= ROTATE_MS) {
      this.#rotated = clock.now()
      if (left.length > 0 && this.#picks.length === RANDOM_LINKS) this.#picks.shift()
    }
    while (this.#picks.length < RANDOM_LINKS && left.length > 0) this.#picks.push(...left.splice(Math.min(left.length - 1, Math.floor(random() * left.length)), 1))
  }

  /** A node without any link looks everywhere again after the shortest pause. */
  #due (peer: string, alone: boolean): boolean {
    const mark = this.#marks.get(peer)
    const now = this.#init.clock.now()
    return mark === undefined || now >= mark.due || (alone && now >= mark.tried + AWAY_MIN_MS)
  }

  #mark (peer: string): Mark {
    const mark = this.#marks.get(peer) ?? { failures: 0, tried: 0, due: 0 }
    this.#marks.set(peer, mark)
    return mark
  }
}

/** Place on the ring: comparing the texts compares the numbers. */
function placeOf (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
