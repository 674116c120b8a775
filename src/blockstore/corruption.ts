import type { CID } from 'multiformats/cid'
import { verifyCid } from '../../protocols/block/cid.js'
import { HELD, LOST, QUARANTINED, TRASHED } from '../index/migrations/store.js'
import type { CorruptBlock } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { rowOf, type StoreContext } from './context.js'
import { innerBytes, type BlockRow } from '../index/queries/block-rows.js'
import { dropRow, setState } from '../index/queries/blocks.js'

/** What lies where the row says, without judging it. */
export async function loadBlock (parts: StoreContext, cid: CID, row: BlockRow): Promise<Uint8Array | undefined> {
  if (row.file === 1) return parts.blobs.read(cid, row.size)
  return innerBytes(parts.db, row.id)
}

/** What is wrong with these bytes of a block that the row says is held; undefined when nothing is. */
export function faultOf (cid: CID, size: number, bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return 'its file is gone'
  if (bytes.length < size) return `it has ${bytes.length} bytes and not ${size}`
  if (bytes.length > size) return `it has more than ${size} bytes`
  return verifyCid(cid, bytes) ? undefined : 'its bytes are not those of its CID'
}

/**
 * Looks once more, now that nobody writes or removes the block, and if it is wrong puts it into quarantine (or, when
 * its file is gone, notes that), so that it is absent from here on, and reports it. Undefined when all is well, or the
 * block is neither held nor in the trash any more.
 */
export async function judge (parts: StoreContext, cid: CID): Promise<CorruptBlock | undefined> {
  return parts.locks.run(keyOf(cid), () => judgeLocked(parts, cid))
}

/** The same for a caller that holds the block's lock. */
export async function judgeLocked (parts: StoreContext, cid: CID): Promise<CorruptBlock | undefined> {
  const row = rowOf(parts, cid)
  if (row?.state !== HELD && row?.state !== TRASHED) return undefined
  const bytes = await loadBlock(parts, cid, row)
  const reason = faultOf(cid, row.size, bytes)
  if (reason === undefined) return undefined
  if (row.state === TRASHED && bytes === undefined) {
    // a loss of power took it on its way there or back, and nobody misses it
    await parts.db.write([dropRow(row.id)])
    return undefined
  }
  if (bytes !== undefined) await parts.blobs.quarantine(cid, reason, row.file === 1 ? undefined : bytes)
  await parts.db.write([row.state === TRASHED ? dropRow(row.id) : setState(row.id, bytes === undefined ? LOST : QUARANTINED)])
  const corrupt = { cid, reason, lost: bytes === undefined }
  parts.onCorrupt(corrupt)
  return corrupt
}
