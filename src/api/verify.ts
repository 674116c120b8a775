/** What a node finds when it reads all that it holds. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { ProgressOptions } from './files.js'

export interface VerifyOptions extends AbortOptions, ProgressOptions {
  /** Also has other members prove, by random ranges, what they hold of what this node holds. @default false */
  remote?: boolean
}

/** What a member proved of the versions that this node holds too. */
export interface RemoteCopies {
  peer: string
  label: string
  /** Versions that it said it holds. */
  copies: number
  /** Of these: it proved what it was asked for; it lacked some of it; its bytes were wrong. */
  proved: number
  missing: number
  wrong: number
  /** It did not answer, or its disk failed to: says nothing about its copies. */
  unreached: number
}

export interface RemoteResult {
  /** Versions that are whole here, about which others were asked. */
  versions: number
  members: RemoteCopies[]
}

/** Progress of a rebuild of the index. */
export type RebuildProgress =
  /** The damaged one is being read. */
  | { type: 'index:rebuild:read', bytes: number, total: number }
  /** Blocks that were taken into the new one so far. */
  | { type: 'index:rebuild:adopted', blocks: number, bytes: number }

/** A block that is damaged or gone. */
export interface DamagedBlock {
  cid: string
  /** For people. */
  reason: string
  /** A good one was fetched from another member and is in its place. */
  repaired: boolean
  /** How many versions it is a part of. None: nothing is lost by it. */
  versions: number
  /** Some of them, where this node may read their names; `version` as in FileInfo. */
  files: Array<{ name: string, version: string }>
}

/** What an index that was made anew was made of. */
export interface RebuildInfo {
  time: Date
  /** Name, in the folder, of the index that was set aside; missing when there was none. */
  aside?: string
  /** Pages of the old index that were there, of so many as far as it said. */
  pages: { found: number, of: number }
  /** Entries of the vault that were known afterwards, before any member was asked. */
  entries: number
  /** Blocks that were found, in files and in the old index. */
  blocks: number
  bytes: number
  /** Versions that these entries name, and those of which every block was here. */
  versions: number
  whole: number
  /** A full sync with another member has ended since. */
  settled: boolean
}

export interface VerifyResult {
  /** The index is sound, every block that a version here needs is there and whole, what was repaired included, and no other member failed to prove its copies. */
  ok: boolean
  /** What is wrong with the index; empty when it is sound. */
  index: string[]
  /** Blocks that were read. */
  blocks: number
  bytes: number
  /** Blocks that are damaged or gone: how many, how many of them were repaired, and the first thousand. */
  damaged: { blocks: number, repaired: number, list: DamagedBlock[] }
  /** Blocks that lay there without the index knowing them, or that it held for gone. */
  adopted: { blocks: number, bytes: number }
  /** Files among the blocks that are none; left where they are. */
  strange: number
  /** With `remote`. */
  remote?: RemoteResult
  /** Of an index that was made anew: by this process, or not yet compared with another member. */
  rebuilt?: RebuildInfo
}
