import type { CID } from 'multiformats/cid'
import { NoSpaceError } from '../errors.js'
import type { StatementResult } from '../index/engine/index-db.js'
import type { Statement } from '../index/statement.js'
import { SqlError } from '../index/engine/sql-errors.js'
import type { Removed, ReleaseOptions } from './interface.js'
import { checkCid, rowOf, writeFreeing, type StoreContext } from './context.js'
import { beginRelease, dropPage, endPage, stillReleasing, trashPage } from '../index/queries/release.js'
import { nextReleasing } from '../index/queries/block-rows.js'
import { settleFiles, type RemovedRow } from './file-reconcile.js'
import { dropKept } from '../index/queries/blocks.js'

/** Drops a root's refs and what nothing else names, a page a transaction; `extra` goes with the first. */
export async function release (parts: StoreContext, root: CID, extra: readonly Statement[], { trash = false, signal }: ReleaseOptions = {}): Promise<Removed> {
  checkCid(root)
  signal?.throwIfAborted()
  const row = rowOf(parts, root)
  if (row === undefined) return writeFreeing(parts, extra, () => settleFiles(parts, []))
  const removed = await page(parts, row.id, trash, [beginRelease(row.id, trash)], extra)
  return rest(parts, row.id, trash, removed, signal)
}

/** Goes on with what an earlier process, or an aborted call, let go in part. */
export async function resumeReleases (parts: StoreContext, signal?: AbortSignal): Promise<Removed> {
  const all = { blocks: 0, bytes: 0 }
  for (;;) {
    const next = nextReleasing(parts.db)
    if (next === undefined) return all
    const { blocks, bytes } = await rest(parts, next.root, next.trash === 1, { blocks: 0, bytes: 0, more: true }, signal)
    all.blocks += blocks
    all.bytes += bytes
  }
}

/** Ends the keeping of a block that was put without upload; it goes for good, since `delete` promises that it is absent. */
export async function unkeep (parts: StoreContext, cid: CID): Promise<void> {
  checkCid(cid)
  if (rowOf(parts, cid) === undefined) return
  await writeFreeing(parts, dropKept(cid), (results) => settleFiles(parts, (results.at(-1)?.rows ?? []) as RemovedRow[]))
}

type Page = Removed & { more: boolean }

async function rest (parts: StoreContext, root: number, trash: boolean, first: Page, signal?: AbortSignal): Promise<Removed> {
  let { blocks, bytes, more } = first
  while (more) {
    signal?.throwIfAborted()
    try {
      const next = await page(parts, root, trash, [stillReleasing(root)], [])
      blocks += next.blocks
      bytes += next.bytes
      more = next.more
    } catch (error) {
      if (error instanceof SqlError && error.guarded) break // it was finished anew, and keeps what is left
      throw error
    }
  }
  return { blocks, bytes }
}

async function page (parts: StoreContext, root: number, trash: boolean, before: readonly Statement[], after: readonly Statement[]): Promise<Page> {
  const end = endPage(root)
  const unit = (drop: Statement[]): Statement[] => [...before, ...drop, ...end, ...after]
  const settle = async (drops: number, results: StatementResult[]): Promise<Page> => {
    const rows = results.slice(before.length, before.length + drops).flatMap((result) => result.rows as RemovedRow[])
    const more = (results[before.length + drops + end.length - 1]?.rows.length ?? 0) > 0
    return { ...await settleFiles(parts, rows), more }
  }
  if (trash) {
    try {
      const drop = trashPage(root, parts.now())
      return await settle(drop.length, await parts.db.write(unit(drop)))
    } catch (error) {
      if (!(error instanceof NoSpaceError)) throw error // where the trash costs room that is not there, it is none
    }
  }
  const drop = dropPage(root)
  return writeFreeing(parts, unit(drop), (results) => settle(drop.length, results))
}
