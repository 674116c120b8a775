/** What a node tells of itself. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { GarbageStatus } from './garbage.js'
import type { Role } from './members.js'

/** How far this node is with what others have. */
export interface SyncStatus {
  /** Connected members with whom the last comparison left nothing. */
  inSync: number
  /** Other members. */
  of: number
  /** Entries known to be elsewhere and not here. */
  entries: number
  /** Versions, and their bytes, still to be copied to this node. */
  versions: number
  bytes: number
  /** Bytes that come a second, by the last half minute; missing while nothing comes. */
  rate?: number
  /** Why nothing is being copied although something is to come. */
  waiting?: string
}

/** Two entries of one writer where there should be one after the other: a restored backup or a cloned machine. Nothing is lost by it. */
export interface Fork { peer: string, label: string, seq: number }

/**
 * Versions by how many copies of them members hold that are present: as many as wanted (ok), fewer, at least two (low), one
 * although more are wanted (atRisk), none within reach (lost: it comes back with a member that has it). Old versions count too.
 */
export interface CopiesStatus {
  ok: number
  low: number
  atRisk: number
  lost: number
}

export interface SyncedOptions extends AbortOptions {
  /** All other members, that many members (this one included), or those with these PeerIds. @default 'all' */
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
  /** The keys in `dir` are protected by a passphrase. */
  passphrase: boolean
  members: { total: number, connected: number }
  /** Connections of those who fetch with a link. */
  visitors: number
  files: number
  bytes: number
  entries: number
  sync: SyncStatus
  /** As last counted; missing before the first count, and where no node runs. */
  copies?: CopiesStatus & { /** When all was counted last. */ counted: Date }
  forks: Fork[]
  /** Since when fewer than half of the members that were there an hour before are. */
  island?: Date
  /** `used` counts what is in the trash and in quarantine too, and the index, which is `index` of it. */
  disk: { capacity: number, used: number, index: number, free: number, reserve: number, readOnly: boolean, quarantined: number }
  garbage: GarbageStatus
  /** What a person should know or do, ready to print. */
  notes: string[]
  /** Counts of refused input since the start, by code. */
  refused: Record<string, number>
}
