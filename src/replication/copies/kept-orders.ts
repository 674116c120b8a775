/**
 * The head of every slot's order, kept: 65,536 × KEPT members. A member that comes costs its own 16,384 hashes, not those
 * of all; a member that goes costs the slots in whose head it stands. Spec of orders: protocols/placement.
 */
import { compareBytes } from '../../../protocols/block/hash.js'
import { SLOTS } from '../../../protocols/placement/constants.js'
import { orderOf, type Candidate } from '../../../protocols/placement/order.js'
import { Ranker } from '../../../protocols/placement/rank.js'

/** Members kept of each order, and the fewest before it is worked out anew (where there are more members). */
export const KEPT = 24
export const KEPT_MIN = 12

export interface PlacedMember extends Candidate {
  /** PeerId as text. */
  readonly name: string
}

interface Place { readonly member: PlacedMember, readonly score: number, /** The first of its operator. */ first: boolean }

export class KeptOrders {
  private readonly members = new Map<string, PlacedMember>()
  private readonly rankers = new Map<string, Ranker>()
  private readonly heads: Place[][]

  /** @param slots orders are kept of the first so many slots: tests need not wait for all of them. @default all */
  constructor (slots = SLOTS) {
    this.heads = Array.from({ length: slots }, () => [])
  }

  get size (): number {
    return this.members.size
  }

  /** Names in a slot's order, from its head: at least `least`, or all. */
  order (slot: number, least = Infinity): string[] {
    const head = this.heads[slot] ?? []
    if (head.length >= Math.min(least, this.members.size)) return head.map(({ member }) => member.name)
    return orderOf(slot, [...this.members.values()]).map(({ name }) => name)
  }

  /** Slots in whose kept head a member stands. */
  slotsOf (name: string, depth = KEPT): number[] {
    const slots: number[] = []
    for (const [slot, head] of this.heads.entries()) {
      for (let i = 0; i < head.length && i < depth; i++) {
        if (head[i]?.member.name !== name) continue
        slots.push(slot)
        break
      }
    }
    return slots
  }

  /** Takes a member in; the answer is the slots whose first `depth` places are others now. */
  add (member: PlacedMember, depth = KEPT): number[] {
    const ranker = new Ranker(member.peer, member.class)
    this.members.set(member.name, member)
    this.rankers.set(member.name, ranker)
    const changed: number[] = []
    for (const [slot, head] of this.heads.entries()) {
      const place = this.insert(head, { member, score: ranker.score(slot), first: true })
      if (place !== undefined && place < depth) changed.push(slot)
    }
    return changed
  }

  /** Takes a member out; the answer as of `add`. */
  remove (name: string, depth = KEPT): number[] {
    const member = this.members.get(name)
    if (member === undefined) return []
    this.members.delete(name)
    this.rankers.delete(name)
    // another of its operator takes its place, from wherever it stands
    const followed = member.operator !== '' && [...this.members.values()].some(({ operator }) => operator === member.operator)
    const changed: number[] = []
    for (const [slot, head] of this.heads.entries()) {
      const place = head.findIndex((one) => one.member === member)
      if (place === -1) continue
      if (place < depth) changed.push(slot)
      const [gone] = head.splice(place, 1)
      if ((followed && gone?.first === true) || (head.length < KEPT_MIN && head.length < this.members.size)) this.heads[slot] = this.anew(slot)
    }
    return changed
  }

  /** Its class is another now: out and in. */
  replace (member: PlacedMember, depth = KEPT): number[] {
    return [...new Set([...this.remove(member.name, depth), ...this.add(member, depth)])]
  }

  /** Where it now stands in a head; undefined: behind it. */
  private insert (head: Place[], place: Place): number | undefined {
    const { operator } = place.member
    // all that were members before it are in the head, or the head is full of those that come first
    const complete = head.length === this.members.size - 1
    if (operator !== '') {
      const rival = head.find((one) => one.first && one.member.operator === operator)
      if (rival !== undefined && compare(rival, place) < 0) place.first = false
      else if (rival !== undefined) {
        rival.first = false
        // all of the head came before it until now; where it belongs now may be behind what is kept
        head.splice(head.indexOf(rival), 1)
        if (!this.put(head, rival, complete)) this.put(head, place, true)
        else return this.putAt(head, place, complete)
        return head.indexOf(place)
      }
    }
    return this.putAt(head, place, complete)
  }

  private putAt (head: Place[], place: Place, complete: boolean): number | undefined {
    return this.put(head, place, complete) ? head.indexOf(place) : undefined
  }

  /** Puts it where it belongs, if that is certain to be right behind what stands before it. */
  private put (head: Place[], place: Place, complete: boolean): boolean {
    let at = head.findIndex((one) => before(place, one))
    if (at === -1) {
      if (!complete || head.length >= KEPT) return false
      at = head.length
    }
    head.splice(at, 0, place)
    if (head.length > KEPT) head.pop()
    return head.includes(place)
  }

  private anew (slot: number): Place[] {
    const seen = new Set<string>()
    return orderOf(slot, [...this.members.values()]).slice(0, KEPT).map((member) => {
      const first = member.operator === '' || !seen.has(member.operator)
      seen.add(member.operator)
      return { member, score: this.rankers.get(member.name)?.score(slot) ?? NaN, first }
    })
  }
}

const compare = (a: Place, b: Place): number => a.score - b.score || compareBytes(a.member.peer, b.member.peer)
const before = (a: Place, b: Place): boolean => a.first === b.first ? compare(a, b) < 0 : a.first
