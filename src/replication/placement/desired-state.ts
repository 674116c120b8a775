/** Decides which groups this node should hold (docs/architecture.md, "How a copy is repaired"). It reads the replica state and the view, and changes nothing. */
import { COMING_MS } from '../../../protocols/audit/constants.js'
import type { ReplicaState } from './replica-state.js'
import type { PlacedVersion, MemberView } from './types.js'

/** A member that was not asked since the entry came counts for this long after it. */
export const NOT_ASKED_MS = 2 * 60_000
/** Behind the first `copies` so many present members that can take more ask those before them. */
export const NEXT = 2
/** The same in the daily walk: it finds what all of the next ones cannot hold. */
export const NEXT_IN_WALK = 8
/** As much of an order as nearly always is enough. */
const HEAD = 16

export interface Duty {
  /** rank: one of the first `copies`. repair: not enough members before this one count. Undefined: nothing to hold. */
  hold: 'rank' | 'repair' | undefined
  /** Members before this one that are to be asked before `repair` means anything. */
  ask: string[]
  /** One of the next ones whose `hold` changes with time alone: some that count were not asked since the entry came. */
  early: boolean
  /** Members before this one, itself included, that are known to hold all of it: their own word. */
  known: number
  /** Members before this one that would repair it as well: it waits for each of them in turn. */
  after: number
}

export interface DutyOptions {
  now: number
  /** Answers asked for before this are asked for again. @default none is */
  freshFrom?: number
  /** @default NEXT */
  next?: number
}

type Book = Pick<ReplicaState, 'heard' | 'distrusted' | 'own'>

/** There are never more copies than members that lend space. */
export const copiesWanted = ({ copies }: Pick<PlacedVersion, 'copies'>, { size }: Pick<MemberView, 'size'>): number => copies === 0 ? size : Math.min(copies, size)

/** What this node has to do with a group. */
export function dutyOf (group: PlacedVersion, view: MemberView, book: Book, options: DutyOptions): Duty {
  const copies = copiesWanted(group, view)
  const duty = search(view.order(group.slot, HEAD), copies, group, view, book, options)
  return duty ?? search(view.order(group.slot), copies, group, view, book, options) ?? { hold: undefined, ask: [], early: false, known: 0, after: 0 }
}

/** Undefined: this part of the order was too short to tell. */
function search (order: readonly string[], copies: number, group: PlacedVersion, view: MemberView, book: Book, options: DutyOptions): Duty | undefined {
  const { now, freshFrom = -Infinity, next = NEXT } = options
  const known = book.own(group).known
  const young = known !== undefined && now - known < NOT_ASKED_MS
  const duty: Duty = { hold: undefined, ask: [], early: false, known: 0, after: 0 }
  let counted = 0
  let able = 0
  /** What others doubt at the most, and what this node does. */
  let theirs = 0
  let own = 0
  for (const [place, peer] of order.entries()) {
    if (peer === view.self) {
      if (isHeld(book, group)) duty.known++
      if (place < copies) return { ...duty, hold: 'rank', ask: [], early: false }
      if (counted < copies + Math.max(0, theirs - own)) duty.hold = 'repair'
      return { ...duty, after: able }
    }
    if (!view.present(peer)) continue
    const heard = book.heard(group, peer)
    const distrusted = book.distrusted(group, peer)
    if (distrusted) own++
    if (heard === undefined && young) {
      duty.early = true
      if (!distrusted) counted++
    } else if (heard === undefined || heard.asked < freshFrom) {
      duty.ask.push(peer)
    }
    if (heard !== undefined && !distrusted && (heard.state === 'held' || (heard.state === 'coming' && now - heard.grew < COMING_MS))) {
      counted++
      if (heard.state === 'held') duty.known++
      theirs = Math.max(theirs, heard.doubts)
    }
    if (place >= copies && !distrusted && view.accepting(peer) && heard?.state !== 'cannot' && heard?.state !== 'leaving') able++
    // others come first
    if (able >= next) return { hold: undefined, ask: [], early: false, known: duty.known, after: 0 }
  }
  return order.length < view.size ? undefined : { hold: undefined, ask: [], early: false, known: duty.known, after: 0 }
}

/** Of the first members of a group's order those that are present and failed to prove to this node that they hold it. */
export function doubtsAbout (group: PlacedVersion, view: Pick<MemberView, 'order' | 'present' | 'self'>, book: Pick<ReplicaState, 'distrusted'>): number {
  const head = group.copies === 0 ? undefined : group.copies + NEXT
  return view.order(group.slot, head).slice(0, head).filter((peer) => peer !== view.self && view.present(peer) && book.distrusted(group, peer)).length
}

function isHeld (book: Pick<ReplicaState, 'own'>, group: PlacedVersion): boolean {
  return book.own(group).have === 'held'
}
