/** The history of a name: its versions, and what deletes, restores and moves take. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

/**
 * head: nothing stands on it; more than one is a conflict · superseded · forgotten: superseded, and its blocks are given up ·
 * waiting: what it stands on is not here yet · void: its writer was revoked, and it counts for nothing.
 */
export type VersionState = 'head' | 'superseded' | 'forgotten' | 'waiting' | 'void'

/** One put, restore or delete of a name. All but `here` and `until` is the same on every node that knows the same. */
export interface VersionInfo {
  name: string
  version: string
  kind: 'put' | 'restore' | 'delete'
  state: VersionState
  /** What the name means now, a delete nothing: of several heads a put or restore before a delete, then the newest. */
  current: boolean
  /** When its writer says that it wrote it; for people, orders nothing. */
  time: Date
  /** Who wrote it; the label is empty when no such member is known any more. */
  writer: { peer: string, label: string }
  /** The versions that were the newest to its writer. */
  after: string[]
  /** Root CID. This and the sizes: of a put or restore. */
  cid?: string
  /** Of the file. */
  size?: number
  /** Stored bytes, everything below the root included. */
  bytes?: number
  mtime?: Date
  /** Media type. */
  type?: string
  /** What its writer noted, such as where it was moved from. */
  note?: string
  /** Its sealed part does not open: it counts, and nobody can read it. */
  unreadable?: boolean
  /** All its blocks are on this node. */
  here?: boolean
  /** Its content is given up, and this node keeps what it has of it until then. */
  until?: Date
}

export interface Deleted {
  name: string
  /** Of the delete. */
  version: string
  time: Date
}

export interface DeletedOptions extends AbortOptions {
  /** Only names that begin with this text. */
  prefix?: string
}

/** Of what writes no new content. */
export interface WriteOptions extends AbortOptions {
  /**
   * Members that have what was written on disk, this one included, before the call resolves; NotDurableError when that many
   * do not say so, and then it stands here all the same. It is about what the name means, not about where its content lies. @default 1
   */
  durable?: number
}

export interface RestoreOptions extends WriteOptions, ProgressOptions {}

export interface MoveOptions extends WriteOptions {
  /** Also over a name that is there: what it was stays in its history. @default false */
  force?: boolean
}
