import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { HELD, TRASHED } from '../index/migrations/store.js'
import type { Removed } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { rowOf, writeFreeing, type StoreContext } from './context.js'
import { unlinkedAfter } from '../index/queries/block-rows.js'
import { dropRow, unlinked } from '../index/queries/blocks.js'

/** `file` is 1 when the block may lie in a file. */
export interface RemovedRow { cid: Uint8Array, size: number, file: number }

/** Files that are moved or unlinked at once. */
const FILES_AT_ONCE = 8
/** Files that a start looks at, at a time. */
const PAGE_FILES = 256

/**
 * After the commit that changed these rows: brings each file to where its row says, or unlinks it when there is none.
 * Never fails, since what was committed has happened: `unlinks` keeps what could not be done for the next start.
 */
export async function settleFiles (parts: StoreContext, rows: RemovedRow[]): Promise<Removed> {
  const pending = rows.filter(({ file }) => file === 1).values()
  const done: Uint8Array[] = []
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, async () => {
    for (const { cid } of pending) {
      if (await settleFile(parts, parseCid(cid)).then(() => true, () => false)) done.push(cid)
    }
  }))
  if (done.length > 0) await writeFreeing(parts, [unlinked(done)], async () => {}).catch(() => {})
  return { blocks: rows.length, bytes: rows.reduce((sum, { size }) => sum + size, 0) }
}

async function settleFile (parts: StoreContext, cid: CID): Promise<void> {
  await parts.locks.run(keyOf(cid), async () => {
    const row = rowOf(parts, cid)
    if (row?.state === HELD) await parts.blobs.fromTrash(cid)
    else if (row?.state !== TRASHED) await parts.blobs.remove(cid)
    else if (!await parts.blobs.toTrash(cid)) await parts.db.write([dropRow(row.id)]) // power was lost while it was moved; nobody misses it
  })
}

/** What an earlier process could not settle, because it ended between the commit and the move. */
export async function settleLeftovers (parts: StoreContext): Promise<void> {
  for (let after = new Uint8Array(); ;) {
    const page = unlinkedAfter(parts.db, after, PAGE_FILES)
    const last = page.at(-1)
    if (last === undefined) return
    await settleFiles(parts, page.map(({ cid }) => ({ cid, size: 0, file: 1 })))
    after = new Uint8Array(last.cid)
  }
}
