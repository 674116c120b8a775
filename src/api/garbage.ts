/**
 * These are the types of garbage: content that a node drops, and content that it keeps although no
 * version needs it. Times are Date, sizes bytes.
 */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

export interface GcOptions extends AbortOptions, ProgressOptions {
  /** True only reports what would be collected. @default false */
  dryRun?: boolean
}

export interface GcResult {
  dryRun: boolean
  /**
   * Reason for which nothing was collected. 'rebuilt': the index of this folder was lost and
   * rebuilt, and has not been compared with another member since.
   */
  off?: 'rebuilt'
  /**
   * Versions that this node has known to be dead for `guard`, and the blocks that only they needed,
   * which are in the trash now.
   */
  dead: { versions: number, blocks: number, bytes: number }
  /**
   * Uploads of other members that were not finished in time; the blocks that only these needed are
   * gone.
   */
  uploads: { uploads: number, blocks: number, bytes: number }
  /** Blocks that were in the trash for its whole time, and are gone. */
  emptied: { blocks: number, bytes: number }
  /** Dead versions that are kept for now; `next` is the time at which the first of them may go. */
  guarded: { versions: number, bytes: number, next?: Date }
  /**
   * Blocks in the trash; `until` is the time at which all of them are gone. The trash is emptied
   * earlier when space is needed, and a block that is put again leaves it.
   */
  trash: { blocks: number, bytes: number, until?: Date }
}

/** The garbage of a node, as `status` reports it. */
export interface GarbageStatus {
  /** Reason for which nothing is collected (GcResult). */
  off?: 'rebuilt'
  /** Dead versions that were still here at the last collection; missing before the first one. */
  dead?: { versions: number, bytes: number, next?: Date }
  trash: { blocks: number, bytes: number }
}
