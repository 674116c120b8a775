import type { CID } from 'multiformats/cid'
import { SCRUB_MS } from '../defaults.js'
import { mustBeWhole } from '../index/queries/collectable.js'
import type { Statement } from '../index/statement.js'
import { SqlError } from '../index/engine/sql-errors.js'
import { TRASHED } from '../index/migrations/store.js'
import { faultOf, judgeLocked, loadBlock } from './corruption.js'
import type { Removed, SignalOptions } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { oldestInTrash, type BlockRow } from '../index/queries/block-rows.js'
import { rowOf, writeFreeing, type StoreContext } from './context.js'
import { dropTrash, readInTrash, untrash } from '../index/queries/release.js'
import { settleFiles, type RemovedRow } from './file-reconcile.js'
import { unlinked } from '../index/queries/blocks.js'

/** Blocks that leave the trash in one transaction. */
const PAGE_BLOCKS = 256
/** A block that is read again and again has its time begun anew once in this share of it. */
const READ_SHARE = 1 / 24

/**
 * Takes a block that is in the trash out of it, in one transaction with `naming`: its file lies, durably, where held
 * ones lie before anything says that it is held. False when it is not in the trash, or is not whole there.
 */
export async function putBack (parts: StoreContext, cid: CID, naming: readonly Statement[]): Promise<boolean> {
  return parts.locks.run(keyOf(cid), () => putBackLocked(parts, cid, naming))
}

/** The same for a caller that holds the block's lock. */
export async function putBackLocked (parts: StoreContext, cid: CID, naming: readonly Statement[]): Promise<boolean> {
  const row = rowOf(parts, cid)
  if (row?.state !== TRASHED) return false
  if (!await isWhole(parts, cid, row)) {
    await judgeLocked(parts, cid)
    return false
  }
  if (row.file === 1 && !await parts.blobs.fromTrash(cid)) return false
  const [taken] = await parts.db.write([untrash(cid.bytes), ...naming, unlinked([cid.bytes])])
  return taken?.changes === 1
}

/** Looked at as a held block is before it is promised: its file has its length, and its hash was right not too long ago. */
async function isWhole (parts: StoreContext, cid: CID, row: BlockRow): Promise<boolean> {
  if (row.verified < parts.now() - SCRUB_MS) return faultOf(cid, row.size, await loadBlock(parts, cid, row)) === undefined
  return row.file === 0 || await parts.blobs.stat(cid) === row.size
}

/** A block was read where it lies in the trash: it stays for its whole time from now on. Nothing waits for this to be kept. */
export async function wasRead (parts: StoreContext, row: BlockRow): Promise<void> {
  const now = parts.now()
  if (row.trashed === null || now - row.trashed < parts.trashMs * READ_SHARE) return
  await parts.db.write([readInTrash(row.id, now)]).catch(() => {}) // the bytes are good all the same; without a disk to note it on they go sooner
}

/** Removes what has been in the trash for its whole time, a page a transaction. Nothing while the index is not yet what it was. */
export async function emptyTrash (parts: StoreContext, now: number, { signal }: SignalOptions = {}): Promise<Removed> {
  const all = { blocks: 0, bytes: 0 }
  for (;;) {
    signal?.throwIfAborted()
    const { blocks, bytes } = await dropOldest(parts, now - parts.trashMs, Infinity)
    if (blocks === 0) return all
    all.blocks += blocks
    all.bytes += bytes
  }
}

/** Removes the oldest in the trash until `bytes` are free of it; false when nothing could be removed. */
export async function makeRoom (parts: StoreContext, bytes: number): Promise<boolean> {
  let freed = 0
  while (freed < bytes) {
    const removed = await dropOldest(parts, parts.now(), bytes - freed)
    if (removed.blocks === 0) break
    freed += removed.bytes
  }
  return freed > 0
}

/** One transaction: the oldest that came until then, a page of them at the most, and no more than make up `bytes`. */
async function dropOldest (parts: StoreContext, until: number, bytes: number): Promise<Removed> {
  const ids: number[] = []
  let sum = 0
  for (const { id, size } of oldestInTrash(parts.db, until, PAGE_BLOCKS)) {
    if (sum >= bytes) break
    ids.push(id)
    sum += size
  }
  if (ids.length === 0) return { blocks: 0, bytes: 0 }
  try {
    return await writeFreeing(parts, [mustBeWhole, dropTrash(JSON.stringify(ids), until)], (results) => settleFiles(parts, (results.at(-1)?.rows ?? []) as RemovedRow[]))
  } catch (error) {
    if (error instanceof SqlError && error.guarded) return { blocks: 0, bytes: 0 }
    throw error
  }
}
