/** The members that count, as this node sees them: who stands where in which order, and who is there. */
import { classesOf } from '../../../protocols/placement/weight.js'
import { orderRanked } from '../../../protocols/placement/order.js'
import { Ranker } from '../../../protocols/placement/rank.js'
import { PlacementCache, MAX_MEMBERS, type PlacedMember } from './placement-cache.js'
import type { MemberView } from './types.js'

/** Up to so many members orders are worked out when they are asked for; of more, their heads are kept (17 MB, and 20 ms of CPU for each that comes). */
export const KEPT_FROM = 256
/** Orders that are remembered where they are worked out when they are asked for. */
const REMEMBERED = 16_384
/** A member further behind in an order than this and the wanted copies changes nothing there. */
export const MARK_FURTHER = 8

/** A current member, as its certificate and its newest record say. */
export interface LentMember {
  /** PeerId as text, and its 38 bytes. */
  readonly name: string
  readonly peer: Uint8Array
  readonly operator: string
  /** Bytes; undefined: no record of it came yet. */
  readonly capacity: number | undefined
  readonly maxCapacity?: number | undefined
  readonly accepting: boolean
}

export interface PlacementViewInit {
  self: string
  /** A record of it arrived within offlineGrace. */
  present: (peer: string) => boolean
  /** This node is cut off from most of its vault. */
  island: () => boolean
  /** Most copies that a version wants, as far as it is known here: how deep a change of an order matters. */
  depth: () => number
  /** It is back: what it said before may not hold any more. */
  returned?: (peer: string) => void
  /** No sign of life of it came within offlineGrace. */
  left?: (peer: string) => void
  /** This node found itself on an island, or (false) is no more on one. */
  cutOff?: (island: boolean) => void
  /** @default KEPT_FROM */
  keptFrom?: number
}

/** all: of any slot. */
export type Changed = 'all' | readonly number[]

export class PlacementView implements MemberView {
  readonly self: string
  private orders: Orders
  private lent = new Map<string, LentMember>()
  private placed = new Map<string, PlacedMember>()
  private there = new Set<string>()
  private cutOff = false

  constructor (private readonly init: PlacementViewInit) {
    this.self = init.self
    this.orders = new AskedOrders([])
  }

  get size (): number { return this.placed.size }
  get island (): boolean { return this.cutOff }

  order (slot: number, least?: number): readonly string[] { return this.orders.order(slot, least) }
  operator (peer: string): string { return this.lent.get(peer)?.operator ?? '' }
  present (peer: string): boolean { return peer === this.self || this.cutOff || this.there.has(peer) }
  accepting (peer: string): boolean { return this.lent.get(peer)?.accepting ?? false }
  /** It stands in the orders. */
  lends (peer: string): boolean { return this.placed.has(peer) }
  /** All that do. */
  holders (): string[] { return [...this.placed.keys()] }

  /** Takes in who belongs to the vault now; answers the slots in whose head somebody else stands. */
  update (list: readonly LentMember[]): Changed {
    const members = list.slice(0, MAX_MEMBERS)
    const classes = classesOf(members.map(({ capacity, maxCapacity }) => ({ published: capacity, maxCapacity })))
    const placed = new Map<string, PlacedMember>()
    for (const [i, { name, peer, operator }] of members.entries()) {
      const cls = classes[i]
      if (cls !== undefined) placed.set(name, { name, peer, operator, class: cls })
    }
    const turned = members.filter(({ name, accepting }) => (this.lent.get(name)?.accepting ?? accepting) !== accepting && placed.has(name)).map(({ name }) => name)
    this.lent = new Map(members.map((member) => [member.name, member]))
    const came = [...placed.values()].filter(({ name }) => !this.placed.has(name))
    const gone = [...this.placed.keys()].filter((name) => !placed.has(name))
    const other = [...placed.values()].filter((member) => {
      const before = this.placed.get(member.name)
      return before !== undefined && (before.class !== member.class || before.operator !== member.operator)
    })
    this.placed = placed
    const changed = came.length + gone.length + other.length === 0 ? [] : this.reorder(came, gone, other)
    return joined(changed, this.slotsOf(turned))
  }

  /** Looks at who is there now; answers the slots that this may change. */
  look (): Changed {
    const before = this.there
    const island = this.cutOff
    this.there = new Set([...this.placed.keys()].filter((peer) => this.init.present(peer)))
    this.cutOff = this.init.island()
    for (const peer of this.there) if (!before.has(peer)) this.init.returned?.(peer)
    for (const peer of before) if (!this.there.has(peer) && this.placed.has(peer)) this.init.left?.(peer)
    if (this.cutOff !== island) this.init.cutOff?.(this.cutOff)
    if (this.cutOff) return []
    if (island) return 'all'
    return this.slotsOf([...this.placed.keys()].filter((peer) => before.has(peer) !== this.there.has(peer)))
  }

  private get depth (): number { return this.init.depth() + MARK_FURTHER }

  /** Slots in whose head one of them stands. */
  slotsOf (peers: readonly string[]): Changed {
    const { orders } = this
    if (peers.length === 0) return []
    if (!(orders instanceof PlacementCache)) return 'all'
    return peers.reduce<Changed>((slots, peer) => joined(slots, orders.slotsOf(peer, this.depth)), [])
  }

  private reorder (came: readonly PlacedMember[], gone: readonly string[], other: readonly PlacedMember[]): Changed {
    const kept = this.placed.size > (this.init.keptFrom ?? KEPT_FROM)
    if (!kept || !(this.orders instanceof PlacementCache)) {
      const orders = kept ? new PlacementCache() : new AskedOrders([...this.placed.values()])
      if (orders instanceof PlacementCache) for (const member of this.placed.values()) orders.add(member)
      this.orders = orders
      return 'all'
    }
    const { orders, depth } = this
    return [
      ...gone.map((name) => orders.remove(name, depth)), ...came.map((member) => orders.add(member, depth)), ...other.map((member) => orders.replace(member, depth))
    ].reduce<Changed>(joined, [])
  }
}

interface Orders { order: (slot: number, least?: number) => readonly string[] }

/** Orders of few members: worked out when they are asked for. */
class AskedOrders implements Orders {
  private readonly known = new Map<number, readonly string[]>()
  private readonly ranked: Array<{ member: PlacedMember, ranker: Ranker }>

  constructor (members: readonly PlacedMember[]) {
    this.ranked = members.map((member) => ({ member, ranker: new Ranker(member.peer, member.class) }))
  }

  order (slot: number): readonly string[] {
    let order = this.known.get(slot)
    if (order === undefined) {
      order = orderRanked(slot, this.ranked).map(({ member }) => member.name)
      if (this.known.size >= REMEMBERED) this.known.clear()
      this.known.set(slot, order)
    }
    return order
  }
}

function joined (a: Changed, b: Changed): Changed {
  if (a === 'all' || b === 'all') return 'all'
  return a.length === 0 ? b : b.length === 0 ? a : [...new Set([...a, ...b])]
}
