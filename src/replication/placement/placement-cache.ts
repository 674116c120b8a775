/**
 * The head of every slot's order, kept: 65,536 × KEPT members in 17 MB. A member that comes costs its own 16,384 hashes,
 * not those of all; a member that goes costs the slots in whose head it stands. Spec of orders: protocols/placement.
 */
import { compareBytes } from '../../../protocols/block/hash.js'
import { SLOTS } from '../../../protocols/placement/constants.js'
import { orderRanked, type Candidate } from '../../../protocols/placement/order.js'
import { Ranker } from '../../../protocols/placement/rank.js'

/** Members kept of each order, and the fewest before it is worked out anew (where there are more members). */
export const KEPT = 24
export const KEPT_MIN = 12
/** Members are numbered in 16 bits. */
export const MAX_MEMBERS = 65_535

export interface PlacedMember extends Candidate {
  /** PeerId as text. */
  readonly name: string
}

/** A member with its number, and a number for its operator: 0 is the empty one. */
interface Numbered { readonly member: PlacedMember, readonly n: number, readonly operator: number, readonly ranker: Ranker }

export class PlacementCache {
  private readonly byName = new Map<string, Numbered>()
  private readonly byNumber: Array<Numbered | undefined> = []
  private readonly free: number[] = []
  private readonly operators = new Map<string, number>([['', 0]])
  /** KEPT of each slot: who, with which score, and whether it is the first of its operator. */
  private readonly who: Uint16Array
  private readonly scores: Float64Array
  private readonly firsts: Uint8Array
  private readonly lengths: Uint8Array

  /** @param slots orders are kept of the first so many slots: tests need not wait for all of them. @default all */
  constructor (private readonly slots = SLOTS) {
    this.who = new Uint16Array(slots * KEPT)
    this.scores = new Float64Array(slots * KEPT)
    this.firsts = new Uint8Array(slots * KEPT)
    this.lengths = new Uint8Array(slots)
  }

  get size (): number {
    return this.byName.size
  }

  /** Names in a slot's order, from its head: at least `least`, or all. */
  order (slot: number, least = Infinity): string[] {
    const needed = Math.min(least, this.size)
    if (needed > KEPT) return this.sorted(slot).map(({ member }) => member.name)
    // those that left made the head shorter than what is asked for: it is worked out once, not with each question
    if ((this.lengths[slot] ?? 0) < needed) this.anew(slot)
    const length = this.lengths[slot] ?? 0
    const names: string[] = []
    for (let at = slot * KEPT; at < slot * KEPT + length; at++) names.push(this.at(at).member.name)
    return names
  }

  /** Slots in whose first `depth` places a member stands. */
  slotsOf (name: string, depth = KEPT): number[] {
    const one = this.byName.get(name)
    if (one === undefined) return []
    const slots: number[] = []
    for (let slot = 0; slot < this.slots; slot++) {
      const place = this.find(slot, one.n)
      if (place !== -1 && place < depth) slots.push(slot)
    }
    return slots
  }

  /** Takes a member in; the answer is the slots whose first `depth` places are others now. RangeError for more than MAX_MEMBERS. */
  add (member: PlacedMember, depth = KEPT): number[] {
    const one = this.number(member)
    const changed: number[] = []
    for (let slot = 0; slot < this.slots; slot++) {
      const length = this.lengths[slot] ?? 0
      const last = slot * KEPT + length - 1
      const score = one.ranker.score(slot)
      // behind a head of nothing but firsts there is no place for it, whatever its operator
      if (length === KEPT && this.firsts[last] === 1 && score > (this.scores[last] ?? 0)) continue
      const place = this.insert(slot, one, score)
      if (place !== -1 && place < depth) changed.push(slot)
    }
    return changed
  }

  /** Takes a member out; the answer as of `add`. */
  remove (name: string, depth = KEPT): number[] {
    const one = this.byName.get(name)
    if (one === undefined) return []
    this.byName.delete(name)
    // another of its operator takes its place, from wherever it stands
    const followed = one.operator !== 0 && this.members().some(({ operator }) => operator === one.member.operator)
    const changed: number[] = []
    for (let slot = 0; slot < this.slots; slot++) {
      const place = this.find(slot, one.n)
      if (place === -1) continue
      if (place < depth) changed.push(slot)
      const wasFirst = this.firsts[slot * KEPT + place] === 1
      this.cut(slot, place)
      const length = this.lengths[slot] ?? 0
      if ((followed && wasFirst) || (length < KEPT_MIN && length < this.size)) this.anew(slot)
    }
    this.byNumber[one.n] = undefined
    this.free.push(one.n)
    return changed
  }

  /** Its class is another now: out and in. */
  replace (member: PlacedMember, depth = KEPT): number[] {
    return [...new Set([...this.remove(member.name, depth), ...this.add(member, depth)])]
  }

  /** Where it now stands; -1: behind what is kept. */
  private insert (slot: number, { n, operator }: Numbered, score: number): number {
    // all that were members before it stand in the head
    const complete = this.lengths[slot] === this.size - 1
    const rival = operator === 0 ? -1 : this.findFirst(slot, operator)
    if (rival === -1) return this.put(slot, n, score, 1, complete)
    const at = slot * KEPT + rival
    const other = this.at(at)
    const otherScore = this.scores[at] ?? 0
    if (otherScore < score || (otherScore === score && compareBytes(other.member.peer, this.numbered(n).member.peer) < 0)) return this.put(slot, n, score, 0, complete)
    // it leads its operator from now on; where the one that did belongs may be behind what is kept
    this.cut(slot, rival)
    const kept = this.put(slot, other.n, otherScore, 0, complete) !== -1
    return this.put(slot, n, score, 1, complete || !kept)
  }

  /** Puts it where it belongs, if that is certain; `complete`: nobody that is not in the head can stand before it. */
  private put (slot: number, n: number, score: number, first: 0 | 1, complete: boolean): number {
    const base = slot * KEPT
    const length = this.lengths[slot] ?? 0
    let place = 0
    while (place < length && this.isBefore(base + place, n, score, first)) place++
    if (place === KEPT || (place === length && !complete)) return -1
    const end = base + Math.min(length, KEPT - 1)
    this.who.copyWithin(base + place + 1, base + place, end)
    this.scores.copyWithin(base + place + 1, base + place, end)
    this.firsts.copyWithin(base + place + 1, base + place, end)
    this.who[base + place] = n
    this.scores[base + place] = score
    this.firsts[base + place] = first
    this.lengths[slot] = Math.min(KEPT, length + 1)
    return place
  }

  private isBefore (at: number, n: number, score: number, first: 0 | 1): boolean {
    if (this.firsts[at] !== first) return this.firsts[at] === 1
    const own = this.scores[at] ?? 0
    return own < score || (own === score && compareBytes(this.at(at).member.peer, this.numbered(n).member.peer) < 0)
  }

  private cut (slot: number, place: number): void {
    const base = slot * KEPT
    const end = base + (this.lengths[slot] ?? 0)
    this.who.copyWithin(base + place, base + place + 1, end)
    this.scores.copyWithin(base + place, base + place + 1, end)
    this.firsts.copyWithin(base + place, base + place + 1, end)
    this.lengths[slot] = end - base - 1
  }

  private anew (slot: number): void {
    const seen = new Set<number>()
    this.lengths[slot] = 0
    for (const one of this.sorted(slot).slice(0, KEPT)) {
      const at: number = slot * KEPT + (this.lengths[slot] ?? 0)
      this.who[at] = one.n
      this.scores[at] = one.ranker.score(slot)
      this.firsts[at] = one.operator === 0 || !seen.has(one.operator) ? 1 : 0
      seen.add(one.operator)
      this.lengths[slot] = at - slot * KEPT + 1
    }
  }

  /** All of them in the slot's order. */
  private sorted (slot: number): Numbered[] {
    return orderRanked(slot, [...this.byName.values()])
  }

  private find (slot: number, n: number): number {
    const base = slot * KEPT
    const length = this.lengths[slot] ?? 0
    for (let place = 0; place < length; place++) if (this.who[base + place] === n) return place
    return -1
  }

  private findFirst (slot: number, operator: number): number {
    const base = slot * KEPT
    const length = this.lengths[slot] ?? 0
    for (let place = 0; place < length; place++) if (this.firsts[base + place] === 1 && this.at(base + place).operator === operator) return place
    return -1
  }

  private number (member: PlacedMember): Numbered {
    const n = this.free.pop() ?? this.byNumber.length
    if (n > MAX_MEMBERS) throw new RangeError(`more than ${MAX_MEMBERS} members`)
    const operator = this.operators.get(member.operator) ?? this.operators.size
    this.operators.set(member.operator, operator)
    const one = { member, n, operator, ranker: new Ranker(member.peer, member.class) }
    this.byNumber[n] = one
    this.byName.set(member.name, one)
    return one
  }

  private numbered (n: number): Numbered {
    const one = this.byNumber[n]
    if (one === undefined) throw new Error(`no member has the number ${n}`)
    return one
  }

  private at (at: number): Numbered {
    return this.numbered(this.who[at] ?? -1)
  }

  private members (): PlacedMember[] {
    return [...this.byName.values()].map(({ member }) => member)
  }
}
