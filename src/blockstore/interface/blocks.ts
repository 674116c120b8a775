import type { Blockstore, InputPair, Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { SignalOptions } from './options.js'

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

/** Blocks one by one. As an interface-blockstore, `put` without an upload keeps a block until `delete`. */
export interface Blocks extends Blockstore {
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
  /** True when something names the block: an upload, a keep or a finished root. What is only in the trash is not held. By the index. */
  holds: (cid: CID) => boolean
  /** Hashes the block now; false when it is absent, or was wrong and went to quarantine. */
  recheck: (cid: CID) => Promise<boolean>
}
