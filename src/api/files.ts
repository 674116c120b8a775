/** Files, their versions, and what puts and gets take. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'

/** One version of a file, the same on every node. */
export interface FileInfo {
  name: string
  /** Compared only for equality; a prefix of at least 6 characters that fits one version is accepted. */
  version: string
  /** Root CID of the version. */
  cid: string
  size: number
  mtime?: Date
  /** Media type. */
  type?: string
  /** When the writer says that it wrote it; for people, orders nothing. */
  time: Date
  /** Another version was written without knowledge of this one. */
  conflict: boolean
}

/** What one member has on disk (fsynced) of a version. */
export interface CopyInfo {
  /** PeerId; this node's own included. */
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
  /** The index is being read as a whole. */
  | { type: 'store:verify:index' }
  | { type: 'store:verify:read', bytes: number, total: number }
  /** Blocks that were fetched in the place of damaged ones so far. */
  | { type: 'store:verify:repaired', blocks: number }
  /** Versions about which other members were asked so far. */
  | { type: 'store:verify:remote', versions: number }
  | { type: 'garbage:collect:dead', versions: number, blocks: number, bytes: number }

export interface ProgressOptions { onProgress?: (event: ProgressEvent) => void }

export interface EvictOptions extends AbortOptions {
  /** Also when no other member gave its word: if there is no other copy, the version is lost. @default false */
  force?: boolean
}

/** What a copy that was put away freed here. */
export interface Evicted {
  blocks: number
  bytes: number
  /** Who gave its word that it has everything; missing when it was forced and nobody did. */
  peer?: string
}

/**
 * A file of this machine. What is stored is what it was at one moment: it is read once more when it changed while it was
 * read, and SourceChangedError comes when that happened again. Its time is the version's `mtime` unless another is given.
 */
export interface PathSource {
  path: string
  /** False: SourceError where a link stands, or anything but a file. @default true, also for pipes and devices */
  follow?: boolean
}

/**
 * A text is its UTF-8 bytes, never the path of a file. Of a view (any typed array, DataView, Buffer) the bytes in it, of a Blob or
 * File its content; what streams gives pieces of Uint8Array.
 */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | ArrayBufferView | ArrayBuffer | Blob | string | PathSource

export interface PutOptions extends AbortOptions, ProgressOptions {
  /** Bytes in the source when known: reserves the space and is checked at the end. */
  size?: number
  mtime?: Date
  /** Media type, at most 128 bytes. */
  type?: string
  copies?: number | 'all'
  durable?: number
  /** 'unlinked': no block of this version is equal to one of another, so that nobody sees what changed; it makes a new version of what is there already too. */
  scope?: 'unlinked'
}

export interface GetOptions extends AbortOptions, ProgressOptions {
  /** First byte. @default 0 */
  offset?: number
  /** How many bytes; a range that ends beyond the file ends with it. @default to the end */
  length?: number
  version?: string
}

export interface ListOptions extends AbortOptions {
  /** Only names that begin with this text. */
  prefix?: string
  /** Only what comes after this text, such as the last name of a page. */
  after?: string
  /** At most so many rows. @default all */
  limit?: number
}

export interface FolderListOptions extends ListOptions {
  /** Names that hold this text behind the prefix are folded into one FolderInfo for all that begin alike up to it. Mostly '/'. */
  delimiter: string
}

/** All names that begin with a text. */
export interface FolderInfo {
  /** Ends with the delimiter. */
  prefix: string
}

export interface UsageOptions extends AbortOptions {
  /** Only names that begin with this text. */
  prefix?: string
  /** What ends the name of a folder. @default '/' */
  delimiter?: string
}

/** What the newest versions of the names that begin with `prefix` take. */
export interface UsageInfo extends FolderInfo {
  files: number
  /** Bytes of the files. */
  size: number
  /** The same as stored, with padding: what one copy of them takes. */
  bytes: number
}
