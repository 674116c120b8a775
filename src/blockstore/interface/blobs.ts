import type { CID } from 'multiformats/cid'
import type { SignalOptions } from './options.js'

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
