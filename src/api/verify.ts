/**
 * These are the types of `verify`, which checks all that a node holds. Times are Date, sizes bytes.
 */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

export interface VerifyOptions extends AbortOptions, ProgressOptions {
  /**
   * True also has other members prove, by random ranges, that they hold versions which this node
   * holds. @default false
   */
  remote?: boolean
}

/** The proofs of one member about versions that this node holds too. */
export interface RemoteCopies {
  peer: string
  label: string
  /** Number of versions that the member says it holds. */
  copies: number
  /** Results for these versions: proved, some content missing, or wrong bytes. */
  proved: number
  missing: number
  wrong: number
  /** Number of versions without a result, since the member did not answer or its disk failed. */
  unreached: number
}

export interface RemoteResult {
  /** Number of versions that are whole here, about which others were asked. */
  versions: number
  members: RemoteCopies[]
}

/** Progress of a rebuild of the index. */
export type RebuildProgress =
  /** The damaged index is being read. */
  | { type: 'index:rebuild:read', bytes: number, total: number }
  /** Blocks that were adopted into the new index so far. */
  | { type: 'index:rebuild:adopted', blocks: number, bytes: number }

/** A block that is damaged or lost. */
export interface DamagedBlock {
  cid: string
  /** Text for people. */
  reason: string
  /** True when the block was fetched again from another member. */
  repaired: boolean
  /** Number of versions with this block. With none, nothing is lost by the damage. */
  versions: number
  /** Some of these versions, where this node may read their names; `version` as in FileInfo. */
  files: Array<{ name: string, version: string }>
}

/** The facts of a rebuild of the index. */
export interface RebuildInfo {
  time: Date
  /** Name, in the folder, of the index that was set aside; missing when there was none. */
  aside?: string
  /** Pages of the old index that were found, and the number that it should have had. */
  pages: { found: number, of: number }
  /** Entries of the vault that were known after the rebuild, before any member was asked. */
  entries: number
  /** Blocks that were found, in files and in the old index. */
  blocks: number
  bytes: number
  /** Versions that these entries name; `whole` counts those with every block here. */
  versions: number
  whole: number
  /** True when a full sync with another member has ended since. */
  settled: boolean
}

export interface VerifyResult {
  /**
   * True when the index is sound, every needed block is present and right (a repaired one counts),
   * and no other member failed to prove its copies.
   */
  ok: boolean
  /** Faults of the index; empty when it is sound. */
  index: string[]
  /** Number of checked blocks. */
  blocks: number
  bytes: number
  /** Damaged or lost blocks: their number, the number of repaired ones, and the first thousand. */
  damaged: { blocks: number, repaired: number, list: DamagedBlock[] }
  /** Blocks that had no row in the index, or a row that said lost. */
  adopted: { blocks: number, bytes: number }
  /** Number of files among the blocks that are no blocks; they stay. */
  strange: number
  /** Set with `remote`. */
  remote?: RemoteResult
  /**
   * Facts of a rebuild by this process, or of one that was not compared with another member yet.
   */
  rebuilt?: RebuildInfo
}
