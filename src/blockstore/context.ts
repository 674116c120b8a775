import type { CID } from 'multiformats/cid'
import { isBlockCid } from '../../protocols/block/cid.js'
import { InvalidDataError, NodeStoppedError, NoSpaceError } from '../errors.js'
import type { IndexDb, StatementResult } from '../index/engine/index-db.js'
import type { Statement } from '../index/statement.js'
import { blockRow, type BlockRow } from '../index/queries/block-rows.js'
import type { Capacity, Reservation } from './capacity.js'
import type { Blobs, CorruptBlock } from './interface.js'
import type { KeyedLock } from '../async/keyed-lock.js'

/** What the verbs of the store share. */
export interface StoreContext {
  readonly db: IndexDb
  readonly blobs: Blobs
  readonly capacity: Capacity
  /** By CID: writing a block, removing its file and judging it damaged exclude each other. */
  readonly locks: KeyedLock
  /** Uploads that were begun in this process, by id. */
  readonly uploads: Map<string, Upload>
  /** Names this process in the rows of local uploads. */
  readonly start: Uint8Array
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onCorrupt: (block: CorruptBlock) => void
  /** Blocks from this length lie in `blobs`, smaller ones in the index. */
  readonly smallBelow: number
  /** Blocks of a tree that `finish` marks in one unit of the index. */
  readonly unitBlocks: number
  readonly ballast: Ballast | undefined
  /** How long a block stays in the trash, milliseconds. */
  readonly trashMs: number
}

/** Bytes on the disk that can be given up, so that the index can note a deletion when nothing is free. */
export interface Ballast {
  /** False when there is none left. */
  dropBallast: () => Promise<boolean>
  makeBallast: () => Promise<void>
}

/** An upload that was begun in this process. */
export interface Upload {
  readonly id: Uint8Array
  readonly writer: string
  readonly local: boolean
  readonly reservation: Reservation
  /** Small blocks that wait for `finish`. */
  readonly staged: Map<string, { cid: CID, bytes: Uint8Array }>
  /** Puts and pins under way. */
  readonly running: Set<Promise<unknown>>
  /** True once the index may have a row of it. */
  rowed: boolean
  ended: boolean
}

export function rowOf ({ db }: StoreContext, cid: CID): BlockRow | undefined {
  return blockRow(db, cid)
}

/** Throws what made the store read-only, if something did. */
export function checkWritable ({ blobs, db }: StoreContext): void {
  const failure = blobs.failure ?? db.failure
  if (failure !== undefined) throw failure
}

/** Throws InvalidDataError for a CID that names no block here (protocols/block, "CID"). */
export function checkCid (cid: CID): void {
  if (!isBlockCid(cid)) throw new InvalidDataError(`${cid.toString()} names no block here. Accepted: CID v1, raw or dag-cbor, sha2-256`)
}

/** The upload, which must have been begun and not ended. */
export function uploadOf (parts: StoreContext, id: Uint8Array, key = keyOfUpload(id)): Upload {
  const upload = parts.uploads.get(key)
  if (upload === undefined || upload.ended) throw new NodeStoppedError('The upload has ended, or was never begun')
  return upload
}

export function keyOfUpload (id: Uint8Array): string {
  return Buffer.from(id).toString('latin1')
}

/** Counts `work` among what the end of the upload waits for. */
export async function within<T> (upload: Upload, work: Promise<T>): Promise<T> {
  upload.running.add(work)
  try {
    return await work
  } finally {
    upload.running.delete(work)
  }
}

/** A write that makes room: when the disk is too full even for it, ballast goes first. `after` is what the write makes room by. */
export async function writeFreeing<T> ({ db, ballast }: Pick<StoreContext, 'db' | 'ballast'>, statements: readonly Statement[], after: (results: StatementResult[]) => Promise<T>): Promise<T> {
  for (let dropped = false; ;) {
    let results
    try {
      results = await db.write(statements)
    } catch (error) {
      if (!(error instanceof NoSpaceError) || ballast === undefined || !await ballast.dropBallast()) throw error
      dropped = true
      continue
    }
    const done = await after(results)
    if (dropped) await ballast?.makeBallast().catch(() => {}) // committed: the next start makes it
    return done
  }
}
