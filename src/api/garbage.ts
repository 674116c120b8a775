/** What a node drops, and what it keeps although nobody needs it any more. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

export interface GcOptions extends AbortOptions, ProgressOptions {
  /** Only say what would go. @default false */
  dryRun?: boolean
}

export interface GcResult {
  dryRun: boolean
  /**
   * Why nothing was collected. rebuilt: the index of this folder was lost and made anew, and what other members know was
   * not compared with it since.
   */
  off?: 'rebuilt'
  /** Versions that this node has known to be dead for `guard`, and the blocks that only they needed: these are in the trash now. */
  dead: { versions: number, blocks: number, bytes: number }
  /** Uploads of other members that were not finished in time; what only they needed is gone. */
  uploads: { uploads: number, blocks: number, bytes: number }
  /** What was in the trash for its whole time, and is gone. */
  emptied: { blocks: number, bytes: number }
  /** Dead versions that are kept for now, and when the first of them may go. */
  guarded: { versions: number, bytes: number, next?: Date }
  /** What is in the trash, and when all of it is gone. It goes before that when room is needed, and what somebody puts again leaves it. */
  trash: { blocks: number, bytes: number, until?: Date }
}

/** What `status` tells of garbage. */
export interface GarbageStatus {
  /** Why nothing is collected (GcResult). */
  off?: 'rebuilt'
  /** Dead versions that are still here, as the last look found them; missing before the first one. */
  dead?: { versions: number, bytes: number, next?: Date }
  trash: { blocks: number, bytes: number }
}
