import type { Blockstore, InputPair, Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { Statement } from '../index/statement.js'

export interface SignalOptions {
  signal?: AbortSignal | undefined
}

export interface PutBlockOptions extends SignalOptions {
  /** The upload (16 bytes, begun) that pins the block. Omitted: the block is kept until `delete`. */
  upload?: Uint8Array | undefined
  /** True when the caller has just made or checked the CID from these bytes. @default false */
  verified?: boolean | undefined
  /**
   * Only with `upload`: a block below SMALL_BLOCK_BYTES is held in memory and written by `finish`, in the same
   * transaction as everything else; until then it is not durable and nobody else sees it. Larger ones are put as ever.
   *
   * @default false
   */
  stage?: boolean | undefined
}

export interface ReadBlockOptions extends SignalOptions {
  /** Hash the bytes before they are returned. @default true */
  verify?: boolean | undefined
}

export interface BeginOptions extends SignalOptions {
  /** 16 bytes, chosen by the putter; the same id again continues that upload. */
  upload: Uint8Array
  /** Who puts: pins are kept apart by (writer, upload). */
  writer: string
  /** Bytes that will come, 0 when unknown. */
  expected: number
  /** An upload of this process: it ends with the process. @default false */
  local?: boolean | undefined
}

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

/** A file, or whatever a blob is. */
export interface FoundBlob {
  /** Missing where neither its name nor, where that was asked for, its bytes say that it is a block. */
  cid?: CID
  /** For people. */
  path: string
}

export interface WalkOptions extends SignalOptions {
  /** Read what has another name than the place of its CID gives it. @default false */
  identify?: boolean | undefined
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

export interface ReleaseOptions extends SignalOptions {
  /** What nothing else names waits in the trash; false: it goes for good. @default false */
  trash?: boolean | undefined
}

export interface Removed {
  blocks: number
  bytes: number
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

/**
 * The content-addressed store: blocks of this project's CIDs (protocols/block), each durable when `put` has resolved.
 * It is an interface-blockstore too; `put` without an upload keeps the block until `delete`.
 *
 * A block in the trash (`release`) is there for `has`, `stat`, `get` and `read`, and reading it begins its time anew; `put`,
 * `pin` and `finish` take it out again, since from then on something names it. `getAll` lists what is held.
 */
export interface BlockStore extends Blockstore {
  /**
   * Durable when resolved (unless staged): file, folder and index are fsynced. A block that is held is not written again.
   *
   * @throws InvalidDataError when the bytes are not those of the CID, or too long, or the CID is of another kind
   * @throws NoSpaceError, StoreFailedError
   */
  put: (cid: CID, bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>, options?: PutBlockOptions) => Promise<CID>
  /** The bytes; NotFoundError (a BlockNotFoundError) when absent. */
  get: (cid: CID, options?: ReadBlockOptions) => AsyncGenerator<Uint8Array>
  /** By the index, as `stat`. */
  has: (cid: CID, options?: SignalOptions) => Promise<boolean>
  /** Ends the keeping that a put without upload began; the block goes, for good, unless an upload or a finished root names it. */
  delete: (cid: CID, options?: SignalOptions) => Promise<void>
  putMany: (source: Iterable<InputPair> | AsyncIterable<InputPair>, options?: PutBlockOptions) => AsyncGenerator<CID>
  getMany: (source: Iterable<CID> | AsyncIterable<CID>, options?: ReadBlockOptions) => AsyncGenerator<Pair>
  deleteMany: (source: Iterable<CID> | AsyncIterable<CID>, options?: SignalOptions) => AsyncGenerator<CID>
  getAll: (options?: ReadBlockOptions) => AsyncGenerator<Pair>

  /**
   * The bytes, or undefined when the block is not held.
   *
   * @throws BlockCorruptError when the bytes are wrong (then in quarantine) or gone; reported once, absent afterwards
   */
  read: (cid: CID, options?: ReadBlockOptions) => Promise<Uint8Array | undefined>
  /** By the index. */
  stat: (cid: CID) => { size: number } | undefined
  /**
   * Begins or continues an upload and reserves its space, before any body.
   *
   * @throws NoSpaceError, StoreFailedError (read-only), NotAllowedError (the id is another writer's)
   */
  begin: (options: BeginOptions) => Promise<void>
  /** Pins those that are held (looked at, not only by the index) and says which those are. */
  pin: (upload: Uint8Array, cids: CID[]) => Promise<boolean[]>
  /**
   * Checks that everything below `root` is held with the sizes that the manifests say; then, in one transaction, writes
   * what was staged, the refs of the root and `extra`, and ends the upload. Blocks of the upload that do not lie below
   * the root go.
   *
   * @throws BlocksUnavailableError naming how many are missing; InvalidDataError when a manifest breaks a rule
   */
  finish: (upload: Uint8Array, root: CID, extra?: readonly Statement[]) => Promise<void>
  /** Ends an upload at once: blocks that nothing else names go. Nothing happens when it is not known. */
  abandon: (upload: Uint8Array) => Promise<void>
  /** The putter gave up: pins last ABORTED_PIN_MS more. */
  abort: (upload: Uint8Array) => Promise<void>
  /** The putter's stream ended: pins last PIN_MS more, and `begin` with the same id goes on. */
  suspend: (upload: Uint8Array) => Promise<void>
  /** Ends the uploads whose time is over; also done at open and from time to time by `begin`. */
  expire: (now?: number) => Promise<Removed>
  /**
   * Lets a root go: its refs, and every block that nothing else names at that moment. `extra` is in the first
   * transaction, after which the root is not whole any more; a large one takes several.
   */
  release: (root: CID, extra?: readonly Statement[], options?: ReleaseOptions) => Promise<Removed>
  /** Collects what there is a reason to collect, and finishes releases that were cut off. */
  collect: (options: CollectOptions) => Promise<Collected>
  /** Finishes releases that were cut off. */
  resumeReleases: (options?: SignalOptions) => Promise<Removed>
  /** Removes what has been in the trash for its whole time. Nothing while the index is one that was made anew (node-state, REBUILT). */
  emptyTrash: (now?: number, options?: SignalOptions) => Promise<Removed>
  /** True when the root and everything below it is held. */
  complete: (root: CID) => Promise<boolean>
  /** Finished roots that name this block. */
  rootsOf: (cid: CID) => CID[]
  /** True when this block lies below the finished root, which lies below itself: one look-up, nothing is walked. */
  liesBelow: (root: CID, cid: CID) => boolean
  /** True when something names the block: an upload, a keep or a finished root. What is only in the trash is not held. By the index. */
  holds: (cid: CID) => boolean
  /** What a finished root names, itself included, whether all of it is still here or not; nothing when it is not finished, or is let go meanwhile. */
  blocksBelow: (root: CID) => Generator<CID>
  /** `count` different ones of those, drawn by `random(n)`, which is one of 0..n-1; all, where there are no more. */
  drawBelow: (root: CID, count: number, random: (below: number) => number) => CID[]
  /** Hashes the block now; false when it is absent, or was wrong and went to quarantine. */
  recheck: (cid: CID) => Promise<boolean>
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
  /** When the root and everything below it is held: as `finish`, without an upload. False, and nothing done, when it is not. */
  relink: (root: CID, extra?: readonly Statement[]) => Promise<boolean>
  usage: () => Usage
  /** Waits for what is under way. The index is closed by its owner. */
  close: () => Promise<void>
}

/**
 * Where the bytes of large blocks lie. Knows nothing of the index: no pins, no counts. Every path or key comes from
 * the CID.
 */
export interface Blobs {
  /** Durable when resolved. Replaces what lies there under the same CID. */
  write: (cid: CID, bytes: Uint8Array) => Promise<void>
  /** At most `size` + 1 bytes, so that a file that grew is seen; undefined only when there is none. */
  read: (cid: CID, size: number) => Promise<Uint8Array | undefined>
  /** Stored length, undefined only when there is none. */
  stat: (cid: CID) => Promise<number | undefined>
  /** Wherever it lies. No error when there is none. */
  remove: (cid: CID) => Promise<void>
  /** Everything that lies there, in pages. */
  walk: (options?: WalkOptions) => AsyncGenerator<FoundBlob[]>
  /** Moves the blob to the trash, where there is such a place; `read` and `stat` find it there. Needs no room for its bytes; durable when resolved. False when there is none. */
  toTrash: (cid: CID) => Promise<boolean>
  /** Moves it back unless it is there already, so that nothing of it is in the trash; durable when resolved, its name too. False when there is none. */
  fromTrash: (cid: CID) => Promise<boolean>
  /** Moves the blob, wherever it lies, aside with the reason, or keeps `bytes` (of a block in the index) there. Never overwrites what lies there. */
  quarantine: (cid: CID, reason: string, bytes?: Uint8Array) => Promise<void>
  /** What lies in quarantine. */
  quarantined: () => { blocks: number, bytes: number }
  /** Set once the disk failed to keep what was written; nothing more is written then. */
  readonly failure: Error | undefined
  /** Of the file system; undefined when only the capacity counts. */
  space: () => Promise<{ free: number, total: number } | undefined>
  close: () => Promise<void>
}
