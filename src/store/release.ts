import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import type { Statement } from '../index-db/index-db.js'
import { HELD } from '../index-db/store-schema.js'
import type { Removed } from './interface.js'
import { keyOf } from './key.js'
import { checkCid, rowOf, writeFreeing, type StoreParts } from './parts.js'
import { dropKept, dropRoot, unlinked } from './statements.js'

/** `file` is 1 when the block may lie in a file. */
export interface RemovedRow { cid: Uint8Array, size: number, file: number }

/** Drops a root's refs and what nothing else names. */
export async function release (parts: StoreParts, root: CID, extra: readonly Statement[]): Promise<Removed> {
  checkCid(root)
  const row = rowOf(parts, root)
  return writeFreeing(parts, [...row === undefined ? [] : dropRoot(row.id), ...extra],
    ([dropped]) => removeFiles(parts, row === undefined ? [] : (dropped?.rows ?? []) as RemovedRow[]))
}

/** Ends the keeping of a block that was put without upload. */
export async function unkeep (parts: StoreParts, cid: CID): Promise<void> {
  checkCid(cid)
  if (rowOf(parts, cid) === undefined) return
  await writeFreeing(parts, dropKept(cid), (results) => removeFiles(parts, (results.at(-1)?.rows ?? []) as RemovedRow[]))
}

/** Unlinked at once. */
const FILES_AT_ONCE = 8

/**
 * After the commit that removed their rows: unlinks the files, each unless the block was put again in the meantime.
 * Never fails, since what was committed has happened: `unlinks` keeps what could not be done for the next start.
 */
export async function removeFiles (parts: StoreParts, rows: RemovedRow[]): Promise<Removed> {
  const pending = rows.filter(({ file }) => file === 1).values()
  const gone: Uint8Array[] = []
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, async () => {
    for (const { cid } of pending) {
      if (await removeFile(parts, parseCid(cid)).then(() => true, () => false)) gone.push(cid)
    }
  }))
  if (gone.length > 0) await writeFreeing(parts, [unlinked(gone)], async () => {}).catch(() => {})
  return { blocks: rows.length, bytes: rows.reduce((sum, { size }) => sum + size, 0) }
}

async function removeFile (parts: StoreParts, cid: CID): Promise<void> {
  await parts.locks.run(keyOf(cid), async () => {
    const row = rowOf(parts, cid)
    if (row?.state !== HELD) await parts.blobs.remove(cid)
  })
}

/** Unlinks what an earlier process could not, because it ended between the commit and the unlink. */
export async function finishUnlinks (parts: StoreParts): Promise<void> {
  const left = parts.db.all<{ cid: Uint8Array }>('SELECT cid FROM unlinks')
  await removeFiles(parts, left.map(({ cid }) => ({ cid, size: 0, file: 1 })))
}
