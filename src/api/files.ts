/**
 * These are the types of files, their versions, and the options of put and get. Times are Date,
 * sizes bytes.
 */
import type { AbortOptions } from '@libp2p/interface'

/** One version of a file, the same on every node. */
export interface FileInfo {
  name: string
  /**
   * Id of the version, which has no order. Calls also accept a prefix of at least 6 characters that
   * fits one version.
   */
  version: string
  /** Root CID of the version. */
  cid: string
  size: number
  mtime?: Date
  /** Media type. */
  type?: string
  /**
   * What else its writer said of the content; missing in lists, and where the writer said nothing.
   */
  props?: Record<string, string>
  /** Time of the write by its writer's clock; it is for people and orders nothing. */
  time: Date
  /** True when another version was written without knowledge of this one. */
  conflict: boolean
}

/** The part of a version that one member has on disk (fsynced). */
export interface CopyInfo {
  /** PeerId, which may be this node's own. */
  peer: string
  label: string
  blocks: number
  bytes: number
}

export interface FileResult extends FileInfo {
  copies: CopyInfo[]
}

/** Progress of long operations: `area:verb:detail`. */
export type ProgressEvent =
  | { type: 'file:put:read', bytes: number, total?: number }
  | { type: 'file:put:stored', bytes: number }
  | { type: 'file:put:pushed', peer: string, bytes: number }
  | { type: 'file:put:receipt', peer: string }
  | { type: 'file:get:read', bytes: number, total: number }
  | { type: 'file:get:fetched', peer: string, bytes: number }
  | { type: 'file:restore:here', bytes: number, total: number }
  /** The whole index is being checked. */
  | { type: 'store:verify:index' }
  | { type: 'store:verify:read', bytes: number, total: number }
  /** `blocks` counts the damaged blocks that were fetched again so far. */
  | { type: 'store:verify:repaired', blocks: number }
  /** `versions` counts the versions about which other members were asked so far. */
  | { type: 'store:verify:remote', versions: number }
  | { type: 'garbage:collect:dead', versions: number, blocks: number, bytes: number }

export interface ProgressOptions { onProgress?: (event: ProgressEvent) => void }

export interface EvictOptions extends AbortOptions {
  /**
   * True drops the copy even without a receipt of another member: if there is no other copy, the
   * version is lost. @default false
   */
  force?: boolean
}

/** The space that an evicted copy freed here. */
export interface Evicted {
  blocks: number
  bytes: number
  /**
   * PeerId of the member whose receipt says that it holds every block; missing when the copy was
   * forced out without one.
   */
  peer?: string
}

/**
 * A file of this machine. The stored content is the file's content at one moment: a file that
 * changes while it is read is read once more, and a second change throws SourceChangedError. The
 * file's time is the version's `mtime` unless another is given.
 */
export interface PathSource {
  path: string
  /**
   * False throws SourceError for a symbolic link, and for anything but a file. @default true, also
   * for pipes and devices
   */
  follow?: boolean
}

/**
 * The content of a put. A text stands for its UTF-8 bytes, never for the path of a file. A view
 * (any typed array, DataView, Buffer) stands for the bytes in it, a Blob or File for its content.
 * Streams and iterables must give pieces of Uint8Array.
 */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | ArrayBufferView | ArrayBuffer | Blob | string | PathSource

export interface PutOptions extends AbortOptions, ProgressOptions {
  /** Bytes in the source when known. The number reserves the space and is checked at the end. */
  size?: number
  mtime?: Date
  /** Media type, at most 128 bytes. */
  type?: string
  /**
   * What else to say of the content: at most 64 texts by key, of 2 KiB together, sealed like the
   * name. Restores, moves and copies carry them on; the next put does not. `cache-control`,
   * `content-disposition`, `content-encoding` and `content-language` are sent as headers over HTTP;
   * keys that begin with `dfs.` are reserved. A put of unchanged content with other props, or
   * another type, makes a new version. @default none
   */
  props?: Record<string, string>
  copies?: number | 'all'
  durable?: number
  /**
   * What the name must mean when the version is committed: a version, or null for nothing.
   * Otherwise the call throws PreconditionFailedError and keeps nothing. The check and the commit
   * are one step on this node; two nodes that write at once still make a conflict. @default
   * anything
   */
  ifVersion?: string | null
  /**
   * 'unlinked' gives the version a salt of its own: none of its blocks equals a block of another
   * version, so a holder cannot see what changed. A put of unchanged content then makes a new
   * version too.
   */
  scope?: 'unlinked'
}

export interface GetOptions extends AbortOptions, ProgressOptions {
  /** First byte. @default 0 */
  offset?: number
  /** Number of bytes; a range that ends beyond the file ends with the file. @default to the end */
  length?: number
  version?: string
}

export interface ListOptions extends AbortOptions {
  /** Only names that begin with this text are listed. */
  prefix?: string
  /** Only names that come after this text are listed, such as after the last name of a page. */
  after?: string
  /** Highest number of rows. @default all */
  limit?: number
}

export interface FolderListOptions extends ListOptions {
  /**
   * One FolderInfo stands for all names that are equal up to and with the first delimiter behind
   * the prefix. Mostly '/'.
   */
  delimiter: string
}

/** A folder stands for all names that begin with a text. */
export interface FolderInfo {
  /** The text ends with the delimiter. */
  prefix: string
}

export interface UsageOptions extends AbortOptions {
  /** Only names that begin with this text are counted. */
  prefix?: string
  /** Text that ends the name of a folder. @default '/' */
  delimiter?: string
}

/** Sums over the newest versions of the names that begin with `prefix`. */
export interface UsageInfo extends FolderInfo {
  files: number
  /** Bytes of the files. */
  size: number
  /** Stored bytes with padding: the size of one copy of the files. */
  bytes: number
}
