/**
 * These are the types of a name's history, and the options of delete, restore and mv. Times are
 * Date, sizes bytes.
 */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

/**
 * The state of a version is one of these:
 * - head: no other version replaces it; more than one head is a conflict
 * - superseded: a newer version replaces it
 * - forgotten: it is superseded, and its blocks are given up
 * - waiting: a version that it names is not here yet
 * - void: its writer was revoked, and it counts for nothing
 */
export type VersionState = 'head' | 'superseded' | 'forgotten' | 'waiting' | 'void'

/**
 * One put, restore or delete of a name. All fields but `here` and `until` are the same on nodes
 * with the same entries.
 */
export interface VersionInfo {
  name: string
  version: string
  kind: 'put' | 'restore' | 'delete'
  state: VersionState
  /**
   * True for the newest head, which is what the name means; a delete means nothing. A put or
   * restore comes before a delete.
   */
  current: boolean
  /** Time of the write by its writer's clock; it is for people and orders nothing. */
  time: Date
  /** The member that wrote the version; the label is empty for an unknown member. */
  writer: { peer: string, label: string }
  /** Versions that were heads to its writer. */
  after: string[]
  /** Root CID. This field and the sizes belong to puts and restores. */
  cid?: string
  /** Bytes of the file. */
  size?: number
  /** Stored bytes, everything below the root included. */
  bytes?: number
  mtime?: Date
  /** Media type. */
  type?: string
  /** What else its writer said of the content. */
  props?: Record<string, string>
  /** Note of its writer, such as the name from which the version was moved. */
  note?: string
  /** True when the private part does not open: the version counts, but nobody can read it. */
  unreadable?: boolean
  /** True when all its blocks are on this node. */
  here?: boolean
  /** Time until which this node keeps its blocks of a version that is given up. */
  until?: Date
}

export interface Deleted {
  name: string
  /** Id of the delete. */
  version: string
  time: Date
}

export interface DeletedOptions extends AbortOptions {
  /** Only names that begin with this text are listed. */
  prefix?: string
}

/** The options of calls that write no new content. */
export interface WriteOptions extends AbortOptions {
  /**
   * Number of members that have the written entries on disk, this one included, before the call
   * resolves. With fewer the call throws NotDurableError, and the entries stay here. The number
   * concerns the meaning of the name, not the place of its content. @default 1
   */
  durable?: number
  /**
   * What the name must mean when the write is committed: a version, or null for nothing. Otherwise
   * the call throws PreconditionFailedError. The check and the commit are one step on this node;
   * two nodes that write at once still make a conflict. @default anything
   */
  ifVersion?: string | null
}

export interface RestoreOptions extends WriteOptions, ProgressOptions {}

/** `ifVersion` of a move or copy concerns the old name. */
export interface MoveOptions extends WriteOptions {
  /** True writes over an existing name, whose version stays in its history. @default false */
  force?: boolean
  /**
   * What the new name must mean: a version, over which the call writes without `force`, or null for
   * nothing. @default null, or anything with `force`
   */
  ifTarget?: string | null
}
