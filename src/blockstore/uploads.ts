import type { CID } from 'multiformats/cid'
import { ABORTED_PIN_MS, PIN_MS, SCRUB_MS } from '../defaults.js'
import { NotAllowedError } from '../errors.js'
import { isNobodys, uploadsOfOthers, uploadsOver, writerOfUpload } from '../index/queries/block-rows.js'
import { HELD, TRASHED } from '../index/migrations/store.js'
import { judge } from './corruption.js'
import type { BeginOptions, Removed } from './interface.js'
import { checkWritable, keyOfUpload, rowOf, uploadOf, within, writeFreeing, type StoreContext, type Upload } from './context.js'
import { recheck } from './read.js'
import { settleFiles, type RemovedRow } from './file-reconcile.js'
import { dropPinned, endUpload, ensureUpload, heldListed, listOf, pinBlock, pinListed, setExpiry, trashPinned } from '../index/queries/blocks.js'
import { putBack } from './trash.js'

export async function begin (parts: StoreContext, { upload: id, writer, expected, local = false, signal }: BeginOptions): Promise<void> {
  signal?.throwIfAborted()
  checkWritable(parts)
  const key = keyOfUpload(id)
  const other = (known: string | undefined): boolean => known !== undefined && known !== writer
  const known = local ? undefined : writerOfUpload(parts.db, id)
  if (other(known) || other(parts.uploads.get(key)?.writer)) throw new NotAllowedError('This upload is of another writer')
  if (parts.uploads.has(key)) return
  const upload: Upload = {
    id: new Uint8Array(id),
    writer,
    local,
    reservation: await parts.capacity.begin(expected),
    staged: new Map(),
    running: new Set(),
    rowed: known !== undefined,
    ended: false
  }
  if (parts.uploads.has(key)) parts.capacity.end(upload.reservation) // begun twice at the same time
  else parts.uploads.set(key, upload)
}

/** Blocks that one pin looks at at once: each may be read whole. */
const LOOKS_AT_ONCE = 8

/** Pins what is held and says which those are; a file is looked at, and hashed when that was last done too long ago. */
export async function pin (parts: StoreContext, id: Uint8Array, cids: CID[]): Promise<boolean[]> {
  const upload = uploadOf(parts, id)
  return within(upload, (async () => {
    upload.rowed = true
    const rest = cids.values()
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, async () => { for (const cid of rest) await look(parts, upload, cid) }))
    const list = listOf(cids.map((cid) => ({ cid, size: 0 })))
    const results = await parts.db.write([ensureUpload(parts, upload), pinListed(upload.id, list), heldListed(list)])
    const held = new Set(results.at(-1)?.rows.map((row) => (row as { at: number }).at))
    return cids.map((_, index) => held.has(index))
  })())
}

async function look (parts: StoreContext, upload: Upload, cid: CID): Promise<void> {
  const row = rowOf(parts, cid)
  if (row?.state === TRASHED) await putBack(parts, cid, [ensureUpload(parts, upload), pinBlock(upload.id, cid)])
  if (row?.state !== HELD) return
  if (row.verified < parts.now() - SCRUB_MS) await recheck(parts, cid)
  else if (row.file === 1 && await parts.blobs.stat(cid) !== row.size) await judge(parts, cid)
}

/** Ends an upload now; blocks that nothing else names go, those that were taken in without a row to the trash. */
export async function abandon (parts: StoreContext, id: Uint8Array): Promise<Removed> {
  const key = keyOfUpload(id)
  const upload = parts.uploads.get(key)
  if (upload !== undefined) {
    upload.ended = true
    await Promise.allSettled(upload.running)
    close(parts, upload)
    if (!upload.rowed) return { blocks: 0, bytes: 0 }
  }
  const drop = isNobodys(parts.db, id) ? trashPinned(id, parts.now()) : dropPinned(id)
  return writeFreeing(parts, [drop, ...endUpload(id)], ([dropped]) => settleFiles(parts, (dropped?.rows ?? []) as RemovedRow[]))
}

/** Forgets the upload in this process and gives back its reservation; what waited in memory is gone. */
export function close ({ uploads, capacity }: StoreContext, upload: Upload): void {
  upload.ended = true
  upload.staged.clear()
  capacity.end(upload.reservation)
  const key = keyOfUpload(upload.id)
  if (uploads.get(key) === upload) uploads.delete(key)
}

/** The stream of an upload ended without `finish`: its pins last a while, so that it can go on. */
export async function suspend (parts: StoreContext, id: Uint8Array, aborted: boolean): Promise<void> {
  const upload = parts.uploads.get(keyOfUpload(id))
  if (upload === undefined) return
  upload.ended = true
  await Promise.allSettled(upload.running)
  close(parts, upload)
  if (upload.rowed) await parts.db.write([setExpiry(id, parts.now() + (aborted ? ABORTED_PIN_MS : PIN_MS))])
}

/** Uploads whose time is over, but for those that are open; none while the index is one that was made anew. */
export function overUploads ({ db, uploads }: StoreContext, now: number): Array<{ n: number, id: Uint8Array }> {
  return uploadsOver(db, now).filter(({ id }) => !uploads.has(keyOfUpload(id)))
}

/** Ends the uploads whose time is over, and local ones of processes that are dead. */
export async function expire (parts: StoreContext, now: number): Promise<Removed> {
  const removed = { blocks: 0, bytes: 0 }
  const dead = uploadsOfOthers(parts.db, parts.start)
  for (const { id } of [...overUploads(parts, now), ...dead]) {
    if (parts.uploads.has(keyOfUpload(id))) continue
    const { blocks, bytes } = await abandon(parts, id)
    removed.blocks += blocks
    removed.bytes += bytes
  }
  return removed
}
