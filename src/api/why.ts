/**
 * These are the types of `why`, which explains the state of one name. Times are Date, sizes bytes.
 */
import type { VersionInfo } from './versions.js'

/**
 * The reason why blocks of a version are not all on this node is one of these:
 * - elsewhere: other members hold the version, and this node need not
 * - capacity: this node lends no space
 * - let go: this node dropped its copy
 * - invalid: the version breaks a rule and was set aside
 * - damaged: blocks were found damaged or lost, and are fetched again
 * - active: the blocks are being fetched
 * - turn: other versions come first
 * - room: there is no space left
 * - disk: the disk failed
 * - members: no member is connected
 * - holders: no connected member has the version
 */
export type NotHere = 'elsewhere' | 'capacity' | 'let go' | 'invalid' | 'damaged' | 'active' | 'turn' | 'room' | 'disk' | 'members' | 'holders'

/** The state of another member's copy, as far as this node knows. */
export interface MemberKnows {
  peer: string
  label: string
  connected: boolean
  /** True when a newer record of the member came within `offlineGrace`, from any sender. */
  present: boolean
  /** Time at which this node last heard from the member, directly or through others. */
  lastSeen?: Date
  /** True when the member itself wrote the entry of the version. */
  wrote: boolean
  /**
   * True when the member knows the version: it wrote the entry, or has all entries of this node.
   * False: this node cannot tell.
   */
  knows: boolean
  /** Time of the member's last receipt to this node, since the start, for the whole version. */
  word?: Date
  /** True when the member lends space, by its record. */
  lends?: boolean
  /** True when the member is one of those that should hold a copy. */
  should?: boolean
  /**
   * The member's last answer about its copy: held, coming (with percent), leaving (the member
   * releases it), cannot (not here and not to come: full, or put away), none.
   */
  has?: { state: 'held' | 'coming' | 'leaving' | 'cannot' | 'none', percent?: number, asked: Date }
  /**
   * Result of a failed proof, so the copy does not count: content was missing, or bytes were wrong.
   */
  failed?: 'missing' | 'wrong'
}

/** The copies of the current version. */
export interface WhyCopies {
  /** Number that the put or the vault's setting wants. */
  wanted: number | 'all'
  /** Members that hold the whole version by their own word and are present, this one included. */
  held: number
  /** Number of members that lend space, which bounds the number of copies. */
  lending: number
  /**
   * A member without a sign of life for this many milliseconds counts as away, and other members
   * hold its share.
   */
  graceMs: number
}

/** The answer of `why` about a name that is, or was, there. */
export interface Why {
  name: string
  /** The newest head, which is what the name means; a delete means nothing. */
  current: VersionInfo
  /** Number of puts, restores and deletes of the name that this node knows. */
  versions: number
  /** Heads beside the current one: each was written without knowledge of it. */
  conflict: VersionInfo[]
  /** Newest readable version of a deleted name, which `restore` would put on top. */
  last?: VersionInfo
  /** Blocks of the current version on this node; missing for a deleted name. */
  here?: { whole: boolean, why?: NotHere }
  /** Missing for a deleted name, and for a version that was not known here until now. */
  copies?: WhyCopies
  /** True when this node is one of those that should hold the version. */
  should?: boolean
  /** All other members. */
  members: MemberKnows[]
}
