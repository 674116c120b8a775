/** These are the types of `status`. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { GarbageStatus } from './garbage.js'
import type { Role } from './members.js'

/** The sync status says how far this node is with the entries and versions of others. */
export interface SyncStatus {
  /** Number of connected members with which the last comparison left no difference. */
  inSync: number
  /** Number of other members. */
  of: number
  /** Entries that other members are known to have and this node lacks. */
  entries: number
  /** Versions, and their bytes, that are still to be copied to this node. */
  versions: number
  bytes: number
  /** Received bytes a second, over the last half minute; missing while nothing is received. */
  rate?: number
  /** Reason why no copy is under way although versions are missing. */
  waiting?: string
}

/**
 * A fork is a pair of entries of one writer where one should follow the other: a restored backup or
 * a cloned machine. Nothing is lost by it.
 */
export interface Fork { peer: string, label: string, seq: number }

/**
 * Numbers of versions by the copies that present members hold: as many as wanted (ok), fewer but at
 * least two (low), one although more are wanted (atRisk), none (lost: a version comes back with a
 * member that has it). Old versions count too.
 */
export interface CopiesStatus {
  ok: number
  low: number
  atRisk: number
  lost: number
}

export interface SyncedOptions extends AbortOptions {
  /**
   * All other members, this many members (this one included), or the members with these PeerIds.
   * @default 'all'
   */
  members?: 'all' | number | string[]
}

export interface Status {
  peer: string
  label: string
  operator: string
  vault: string
  role: Role
  running: boolean
  since?: Date
  addresses: string[]
  dir?: string
  /** True when a passphrase protects the keys in `dir`. */
  passphrase: boolean
  members: { total: number, connected: number }
  /** Number of connections that fetch with a link. */
  visitors: number
  files: number
  bytes: number
  entries: number
  sync: SyncStatus
  /** Last counts; missing before the first count, and where no node runs. */
  copies?: CopiesStatus & { /** Time of the last full count. */ counted: Date }
  forks: Fork[]
  /**
   * Time since which fewer than half of the members that were present an hour before are present.
   */
  island?: Date
  /** `used` includes the trash, the quarantine and the index; `index` is the index alone. */
  disk: { capacity: number, used: number, index: number, free: number, reserve: number, readOnly: boolean, quarantined: number }
  garbage: GarbageStatus
  /** Facts and actions for a person, ready to print. */
  notes: string[]
  /** Number of refused inputs since the start, by code. */
  refused: Record<string, number>
}
