/** What a node knows of one name, for a person who asks why it is as it is. Times are Date, sizes bytes. */
import type { VersionInfo } from './versions.js'

/**
 * Why blocks of a version are not all on this node. elsewhere: other members hold it, and it is not this node's to · capacity: it lends no space · let go: it dropped its copy · invalid: the
 * version breaks a rule and was set aside · damaged: blocks of it were found damaged or gone, and are fetched again · active: they are coming · turn: others come first. The rest is what their coming
 * waits for. room: none is left · disk: it failed · members: none is connected · holders: no connected one has it.
 */
export type NotHere = 'elsewhere' | 'capacity' | 'let go' | 'invalid' | 'damaged' | 'active' | 'turn' | 'room' | 'disk' | 'members' | 'holders'

/** What this node knows of what another member has of the version. */
export interface MemberKnows {
  peer: string
  label: string
  connected: boolean
  /** A newer record of it came within `offlineGrace`, from whomever. */
  present: boolean
  /** When this node last heard from it, itself or through others. */
  lastSeen?: Date
  /** It put, restored, deleted or moved it itself. */
  wrote: boolean
  /** It knows of it: it wrote it, or has had all that is known here. False: this node cannot tell. */
  knows: boolean
  /** When it last gave its word to this node, since the start, that all of the version was on its disk. */
  word?: Date
  /** It lends space, by its record. */
  lends?: boolean
  /** It is one of those that should hold a copy. */
  should?: boolean
  /** What it answered when it was last asked: all of it, coming (so many percent), not and not to come (full, or put away), none. */
  has?: { state: 'held' | 'coming' | 'leaving' | 'cannot' | 'none', percent?: number, asked: Date }
  /** It said that it holds it and failed to prove it, so it does not count: it lacked it, or its bytes were wrong. */
  failed?: 'missing' | 'wrong'
}

/** Copies of the current version. */
export interface WhyCopies {
  /** As its put or the vault says. */
  wanted: number | 'all'
  /** Members that said that they hold all of it, this one included, and are there. */
  held: number
  /** Members that lend space: there are never more copies. */
  lending: number
  /** A member that gives no sign for so many milliseconds counts as away, and others hold what it should. */
  graceMs: number
}

/** A name that is, or was, there. */
export interface Why {
  name: string
  /** What it means now; a delete: nothing. */
  current: VersionInfo
  /** Puts, restores and deletes of it that are known here. */
  versions: number
  /** Heads beside the current one: each was written without knowledge of it. */
  conflict: VersionInfo[]
  /** Of a deleted name: the newest version that can be read, which `restore` would put on top. */
  last?: VersionInfo
  /** The current version's blocks on this node; missing for a deleted name. */
  here?: { whole: boolean, why?: NotHere }
  /** Missing for a deleted name, and for what was not known here until now. */
  copies?: WhyCopies
  /** This node is one of those that should hold it. */
  should?: boolean
  /** All others. */
  members: MemberKnows[]
}
