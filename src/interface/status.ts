/** What a node tells of itself. Times are Date, sizes bytes. */
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
  /** Why nothing is being copied although something is to come. */
  waiting?: string
}

/** Two entries of one writer where there should be one after the other: a restored backup or a cloned machine. Nothing is lost by it. */
export interface Fork { peer: string, label: string, seq: number }

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
  forks: Fork[]
  /** Since when fewer than half of the members that were there an hour before are. */
  island?: Date
  /** `used` counts what is in the trash and in quarantine too. */
  disk: { capacity: number, used: number, free: number, reserve: number, readOnly: boolean, quarantined: number }
  garbage: GarbageStatus
  /** What a person should know or do, ready to print. */
  notes: string[]
  /** Counts of refused input since the start, by code. */
  refused: Record<string, number>
}
