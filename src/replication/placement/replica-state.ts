import type { PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'
import type { PlacedVersion } from './types.js'

/** What this node has of a group. */
export interface Own {
  /** coming: being fetched, or about to be. leaving: all of it, about to be let go. */
  readonly have: 'none' | 'coming' | 'held' | 'leaving'
  /** Of a coming one, 0..99. */
  readonly percent: number
  /** Its user put it away here: it is not fetched again by itself. */
  readonly away: boolean
  /** Since when it has been no duty of this node, by the clock; undefined while it is one, or is not held. How long that is outlives a restart. */
  readonly spareSince: number | undefined
  /** When its entry came, by the clock; undefined when that was before the start. */
  readonly known: number | undefined
}

/** The last answer of a member about a group. */
export interface Heard {
  readonly state: GroupState['state']
  /** When it was asked last, by the clock; that of the start where it was before. */
  readonly asked: number
  /** Of `coming`: when its share last grew. */
  readonly grew: number
  /** Of `held`: members that failed to prove to it that they hold it. */
  readonly doubts: number
}

export type Verdict = 'offline' | 'unknown' | 'missing' | 'wrong'
/** Why a slot is looked at. entry: new, dead or otherwise changed there. member: came, went, another class, present or not. walk: its turn. */
export type Reason = 'entry' | 'member' | 'walk'

/**
 * The rows behind the decisions, in the index of a node (sql-book.ts). Reads are at once. What
 * returns a promise is one transaction, durable when it resolves; what it checks it checks inside.
 */
export interface ReplicaState {
  /** Groups of live versions whose entries are here. */
  inSlot: (slot: number) => Iterable<PlacedVersion>
  /** Held groups that are no duty of this node, the longest so first. */
  spares: () => Iterable<PlacedVersion>
  /** So many held groups drawn at random, or all; none twice. `random` as in types.ts. */
  sample: (count: number, random: () => number) => PlacedVersion[]
  own: (group: PlacedVersion) => Own
  heard: (group: PlacedVersion, peer: string) => Heard | undefined
  /** An answer came; true when it says something else than the last. */
  hear: (group: PlacedVersion, peer: string, state: GroupState, now: number) => boolean
  /** It was asked and did not answer. What it said last stays. */
  unanswered: (group: PlacedVersion, peer: string, now: number) => void
  distrusted: (group: PlacedVersion, peer: string) => boolean
  distrust: (group: PlacedVersion, peer: string, verdict: 'missing' | 'wrong') => void
  trust: (group: PlacedVersion, peer: string) => void
  /** Members that are distrusted for something. */
  distrusts: () => Iterable<{ group: PlacedVersion, peer: string }>

  /** Puts a slot into the queue; `copies`: how many are known of the worst group in it. Of two marks the worse counts. */
  mark: (slot: number, reason: Reason, copies: number) => void
  /** Takes slots out, those with fewest known copies first, until they have `groups` groups or none is left. */
  take: (groups: number) => Array<{ slot: number, reason: Reason }>

  /** It is being fetched, or (undefined) is not any more. Says nothing about what is held. */
  coming: (group: PlacedVersion, percent: number | undefined) => void
  /** Whether it is this node's to hold; `now` by the clock. Only of what is held. */
  spare: (group: PlacedVersion, spare: boolean, now: number) => void

  /** A promise for it holds. */
  promised: (group: PlacedVersion, now: number) => boolean
  /**
   * Promises to `peer` that the group stays for PROMISE_MS, if all of it is held and it is not leaving. Of the rows found at
   * a start each runs PROMISE_MS from then.
   */
  promise: (group: PlacedVersion, peer: string) => Promise<PromiseAnswer>
  /** held -> leaving. False, and nothing changed: not held, or a promise for it holds, or this book is too young (let-go.ts). */
  leave: (group: PlacedVersion) => Promise<boolean>
  /** leaving -> held. At a start every leaving row is taken back. */
  stay: (group: PlacedVersion) => Promise<void>
  /** leaving -> none. False, and nothing changed: not leaving, or `still` said no, asked right before the transaction. */
  drop: (group: PlacedVersion, still: () => boolean) => Promise<boolean>
}
