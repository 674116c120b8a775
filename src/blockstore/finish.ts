import type { CID } from 'multiformats/cid'
import { blocksBelow } from '../../protocols/block/walk.js'
import { ProtocolError } from '../../protocols/errors.js'
import { BlockCorruptError, BlocksUnavailableError, InvalidDataError } from '../errors.js'
import type { StatementResult } from '../index/engine/index-db.js'
import type { Statement } from '../index/statement.js'
import { SqlError } from '../index/engine/sql-errors.js'
import { TRASHED } from '../index/migrations/store.js'
import { keyOf } from '../index/bytes-key.js'
import { checkCid, checkWritable, rowOf, uploadOf, type StoreContext, type Upload } from './context.js'
import { readBlock } from './read.js'
import { settleFiles, type RemovedRow } from './file-reconcile.js'
import { dropPinned, endUpload, ensureUpload, forgetReached, guardListed, insertBlock, listOf, pinBlock, reachListed, refItself, refReached, unreach, type ListedBlock } from '../index/queries/blocks.js'
import { heldSize, heldSizes, rootState } from '../index/queries/block-rows.js'
import { notMissing } from '../index/queries/missing.js'
import { putBack } from './trash.js'
import { close } from './uploads.js'

/** Checks the tree, then makes it named by its root, in one transaction with `extra`. */
export async function finish (parts: StoreContext, id: Uint8Array, root: CID, more: readonly Statement[]): Promise<void> {
  const extra = [...more, notMissing(root.bytes)]
  checkCid(root)
  checkWritable(parts)
  const upload = uploadOf(parts, id)
  upload.ended = true // takes nothing more
  try {
    await walk(parts, upload, root, extra)
  } catch (error) {
    upload.ended = false
    throw error
  }
}

async function walk (parts: StoreContext, upload: Upload, root: CID, extra: readonly Statement[]): Promise<void> {
  const { id } = upload
  await Promise.allSettled(upload.running)
  const only = upload.staged.get(keyOf(root))
  let unit: ListedBlock[] = []
  let units = 0
  try {
    for await (const block of blocksBelow(root, (cid) => manifest(parts, upload, cid))) {
      if (unit.length === parts.unitBlocks) {
        await mark(parts, upload, unit, units++ === 0, [])
        unit = []
      }
      unit.push(block)
    }
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'INVALID_DATA') throw new InvalidDataError(error.message, { cause: error })
    throw error
  }
  if (units === 0 && unit.length === 1 && only !== undefined && !upload.rowed) {
    await parts.db.write([insertBlock(parts, root, only.bytes.length, only.bytes, false), refItself(root), ...extra])
    close(parts, upload)
    return
  }
  const end = [unreach(id), dropPinned(id), ...endUpload(id)]
  const results = await mark(parts, upload, unit, units === 0, [refReached(id, root), ...extra, ...end])
  close(parts, upload)
  await settleFiles(parts, (results.at(1 - end.length)?.rows ?? []) as RemovedRow[])
}

/** Marks the blocks of `unit` as reached, then does `after`; nothing of it happens unless all are held with their sizes. */
async function mark (parts: StoreContext, upload: Upload, unit: ListedBlock[], first: boolean, after: Statement[]): Promise<StatementResult[]> {
  const list = listOf(unit)
  const staged = unit.flatMap(({ cid }) => upload.staged.get(keyOf(cid)) ?? [])
  upload.rowed = true
  try {
    return await parts.db.write([
      ensureUpload(parts, upload),
      ...staged.map(({ cid, bytes }) => insertBlock(parts, cid, bytes.length, bytes, false)),
      ...first ? [forgetReached(upload.id)] : [],
      reachListed(upload.id, list),
      guardListed(list, unit.length),
      ...after
    ])
  } catch (error) {
    if (!(error instanceof SqlError) || !error.guarded) throw error
    const inTrash = unit.filter(({ cid }) => rowOf(parts, cid)?.state === TRASHED)
    await Promise.all(inTrash.map(({ cid }) => putBack(parts, cid, [ensureUpload(parts, upload), pinBlock(upload.id, cid)])))
    if (inTrash.length === 0) explain(parts, upload, unit)
    return mark(parts, upload, unit, first, after) // what was missing is here now
  }
}

/** Throws what keeps the blocks of `unit` from being whole, when something does. */
function explain (parts: StoreContext, upload: Upload, unit: ListedBlock[]): void {
  const sizes = heldSizes(parts.db, unit)
  const missing = unit.filter(({ cid }, at) => !sizes.has(at) && !upload.staged.has(keyOf(cid)))
  if (missing.length > 0) throw unavailable(missing.length, missing[0]?.cid)
  const wrong = unit.find(({ cid, size }, at) => size !== (upload.staged.get(keyOf(cid))?.bytes.length ?? sizes.get(at)))
  if (wrong !== undefined) throw new InvalidDataError(`Block ${wrong.cid.toString()} does not have the ${wrong.size} bytes that its manifest says`)
}

async function manifest (parts: StoreContext, upload: Upload, cid: CID): Promise<Uint8Array> {
  const staged = upload.staged.get(keyOf(cid))
  if (staged !== undefined) return staged.bytes
  try {
    const bytes = await readBlock(parts, cid)
    if (bytes !== undefined) return bytes
  } catch (error) {
    if (error instanceof BlockCorruptError) throw unavailable(1, cid, error)
    throw error
  }
  throw unavailable(1, cid)
}

function unavailable (count: number, first: CID | undefined, cause?: unknown): BlocksUnavailableError {
  return new BlocksUnavailableError(`${count} ${count === 1 ? 'block is' : 'blocks are'} missing, the first is ${String(first)}`, { cause })
}

/** True when the root and everything below it is held. */
export async function complete (parts: StoreContext, root: CID): Promise<boolean> {
  checkCid(root)
  const known = rootState(parts.db, root)
  if (known === undefined) return false
  if (known.finished) return !known.broken
  try {
    for await (const { cid, size } of blocksBelow(root, (at) => heldManifest(parts, at))) {
      if (heldSize(parts.db, cid) !== size) return false
    }
    return true
  } catch (error) {
    if (error instanceof BlocksUnavailableError || error instanceof BlockCorruptError) return false
    if (error instanceof ProtocolError && error.code === 'INVALID_DATA') return false
    throw error
  }
}

async function heldManifest (parts: StoreContext, cid: CID): Promise<Uint8Array> {
  const bytes = await readBlock(parts, cid)
  if (bytes === undefined) throw unavailable(1, cid)
  return bytes
}
