import type { CID } from 'multiformats/cid'
import type { Removed, SignalOptions } from './options.js'

export interface Usage {
  /** Bytes of blocks held, in the trash and in quarantine, each once, and of the index; what is in tmp is among `reserved`. */
  used: number
  /** Bytes that uploads under way may still write. */
  reserved: number
  /** Bytes lent. */
  capacity: number
  /** Bytes of the file system that are never used. */
  reserve: number
  /** Bytes free on the file system; in memory what is left of the capacity. */
  free: number
  /** True after the disk failed to keep what was written: nothing more is acknowledged until the next start. */
  readOnly: boolean
  /** Blocks in quarantine. */
  quarantined: number
  /** Blocks held. */
  blocks: number
  /** What nothing names any more and still lies there, among `used`: it goes when its time is over, or room is needed. */
  trash: { blocks: number, bytes: number }
  /** Bytes of the index, among `used`: of the database without the blocks that lie in it; 0 in memory. */
  index: number
}

/** What was found wrong with a block that the index says is held. */
export interface CorruptBlock {
  cid: CID
  /** For people. */
  reason: string
  /** True when the bytes are gone, false when they lie in quarantine. */
  lost: boolean
}

export interface AdoptOptions extends SignalOptions {
  /** Hash each before it is taken in. False: its row says that it was not looked at yet, and it is hashed before it is answered for. @default true */
  verify?: boolean | undefined
  /** Awaited after each page of files. */
  pause?: (() => Promise<void>) | undefined
  /** Called with the length of each block that was taken in. */
  onFile?: ((bytes: number) => void) | undefined
}

export interface ScrubOptions extends SignalOptions {
  /** Milliseconds since 1970. @default only those that were taken in without being hashed */
  before?: number | undefined
  /** Awaited after each block, with the milliseconds that it took. */
  pause?: ((tookMs: number) => Promise<void>) | undefined
}

/** Blocks that were there and that the index did not know. */
export interface Adopted {
  blocks: number
  bytes: number
  /** Put into quarantine: their bytes were wrong. */
  damaged: number
  /** Files that are no blocks; left where they are. */
  strange: number
}

export interface CollectOptions extends SignalOptions {
  /** Versions that this node has known to be dead since then, in its own time (index-db/own-time.ts), are collected. */
  deadBefore: number
  /** Milliseconds since 1970. @default the store's clock */
  now?: number | undefined
  /** Only say what would go. @default false */
  dryRun?: boolean | undefined
  /** Called after each page of roots with what was collected until then. */
  onProgress?: ((dead: Removed & { versions: number }) => void) | undefined
}

export interface Collected {
  /** Nothing was collected: the index was made anew, and no full sync has ended since. */
  off?: 'rebuilt'
  /** Dead versions (their roots) whose blocks went to the trash, and these blocks; what another version names stays. */
  dead: Removed & { versions: number }
  /** Uploads whose time was over, and what went with them, for good. */
  uploads: Removed & { uploads: number }
  /** Dead versions that are kept for now; `first`: since when the one that goes next has been dead, in own time. */
  waiting: { versions: number, bytes: number, first?: number }
  /** What was in the trash for its whole time, and is gone. */
  emptied: Removed
  /** What is in the trash now, and when (milliseconds since 1970) the last of it goes by itself. */
  trash: Removed & { until?: number }
}

/** What keeps the store sound: garbage, trash, hashes, files without a row. */
export interface Maintenance {
  /** Collects what there is a reason to collect, and finishes releases that were cut off. */
  collect: (options: CollectOptions) => Promise<Collected>
  /** Removes what has been in the trash for its whole time. Nothing while the index is one that was made anew (node-state, REBUILT). */
  emptyTrash: (now?: number, options?: SignalOptions) => Promise<Removed>
  /** Hashes every block, one after the other; yields each one that was wrong or gone. */
  verifyAll: (options?: SignalOptions & { onBlock?: (cid: CID, bytes: number) => void }) => AsyncGenerator<CorruptBlock>
  /** Takes in blocks whose files have no row, and those that were found gone and are there after all. They are kept for UNKNOWN_MS, and then go unless something names them. */
  adoptUnknown: (options?: AdoptOptions) => Promise<Adopted>
  /** The same for small blocks whose bytes somebody has and has verified, without asking for room. */
  adoptBytes: (blocks: Array<{ cid: CID, bytes: Uint8Array }>) => Promise<Adopted>
  /** Hashes the blocks whose hash was not found right since `before`; what is wrong goes to quarantine. */
  scrub: (options?: ScrubOptions) => Promise<void>
  /** Blocks that finished roots name and that are not held: gone, or in quarantine. */
  lacking: () => Generator<{ cid: CID, lost: boolean }>
  usage: () => Usage
  /** Waits for what is under way. The index is closed by its owner. */
  close: () => Promise<void>
}
