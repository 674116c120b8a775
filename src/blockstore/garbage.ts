import { parseCid } from '../../protocols/block/cid.js'
import { deadRoots, endsWith, goesWith, mustBeDead, mustBeWhole, type DeadRoot } from '../index/queries/collectable.js'
import { nodeState, REBUILT } from '../index/queries/node-state.js'
import { lastTrashed, trashTotals, trashUntil } from '../index/queries/block-rows.js'
import { SqlError } from '../index/engine/sql-errors.js'
import type { Collected, CollectOptions, Removed } from './interface.js'
import type { StoreContext } from './context.js'
import { release, resumeReleases } from './release.js'
import { emptyTrash } from './trash.js'
import { expire, overUploads } from './uploads.js'

/** Roots that one look at the index takes: a few milliseconds. */
const PAGE_ROOTS = 64

/**
 * Collects everything for which there is a reason, and nothing else: uploads whose time is over, what
 * was let go in part, versions that have been dead since `deadBefore`; then empties the trash of what is old in it. Each
 * transaction asks again whether its reason holds.
 */
export async function collectGarbage (parts: StoreContext, options: CollectOptions): Promise<Collected> {
  const { dryRun = false, signal } = options
  signal?.throwIfAborted()
  if (nodeState(parts.db, REBUILT) !== undefined) return { ...nothing(parts), off: 'rebuilt' }
  return dryRun ? count(parts, options) : collect(parts, options)
}

async function collect (parts: StoreContext, { now = parts.now(), deadBefore, signal, onProgress }: CollectOptions): Promise<Collected> {
  const uploads = overUploads(parts, now).length
  const result: Collected = { ...nothing(parts), uploads: { uploads, ...await expire(parts, now) } }
  add(result.dead, await resumeReleases(parts, signal))
  await overRoots(parts, result, deadBefore, signal, async (roots) => {
    await Promise.all(roots.map(async ({ root }) => {
      const removed = await collectRoot(parts, root, deadBefore, signal)
      if (removed === undefined) return
      result.dead.versions++
      add(result.dead, removed)
    }))
    onProgress?.({ ...result.dead })
  })
  result.emptied = await emptyTrash(parts, now, { signal })
  return { ...result, trash: trashOf(parts) }
}

/** Undefined when its reason did not hold any more. */
async function collectRoot (parts: StoreContext, root: Uint8Array, deadBefore: number, signal: AbortSignal | undefined): Promise<Removed | undefined> {
  try {
    return await release(parts, parseCid(root), [mustBeDead(root, deadBefore), mustBeWhole], { trash: true, signal })
  } catch (error) {
    if (error instanceof SqlError && error.guarded) return undefined
    throw error
  }
}

/** What `collect` would do now. */
async function count (parts: StoreContext, { now = parts.now(), deadBefore, signal, onProgress }: CollectOptions): Promise<Collected> {
  const { db } = parts
  const over = overUploads(parts, now).map(({ n }) => n)
  const result: Collected = { ...nothing(parts), uploads: { uploads: over.length, ...endsWith(db, over) } }
  await overRoots(parts, result, deadBefore, signal, async (roots) => {
    for (const { block } of roots) {
      result.dead.versions++
      for (const page of goesWith(db, block ?? 0, deadBefore, over)) {
        add(result.dead, page)
        await nextTurn()
        signal?.throwIfAborted()
      }
    }
    onProgress?.({ ...result.dead })
  })
  add(result.emptied, trashUntil(db, now - parts.trashMs))
  return result
}

/** Walks the dead roots of which something is here, in pages: those whose time is over are given to `each`, the others are waited for. */
async function overRoots (parts: StoreContext, { waiting }: Collected, deadBefore: number, signal: AbortSignal | undefined, each: (roots: DeadRoot[]) => Promise<void>): Promise<void> {
  for (let after = new Uint8Array(); ;) {
    const page = deadRoots(parts.db, after, PAGE_ROOTS)
    const last = page.at(-1)
    if (last === undefined) return
    const here = page.filter(({ block, alive }) => block !== null && alive === 0)
    for (const { since, bytes } of here.filter(({ since }) => since > deadBefore)) {
      waiting.versions++
      waiting.bytes += bytes
      waiting.first = Math.min(waiting.first ?? since, since)
    }
    await each(here.filter(({ since }) => since <= deadBefore))
    after = new Uint8Array(last.root)
    await nextTurn()
    signal?.throwIfAborted()
  }
}

function nothing (parts: StoreContext): Collected {
  return {
    dead: { versions: 0, blocks: 0, bytes: 0 },
    uploads: { uploads: 0, blocks: 0, bytes: 0 },
    waiting: { versions: 0, bytes: 0 },
    emptied: { blocks: 0, bytes: 0 },
    trash: trashOf(parts)
  }
}

function trashOf ({ db, trashMs }: StoreContext): Collected['trash'] {
  const last = lastTrashed(db)
  return { ...trashTotals(db), ...(last === undefined ? {} : { until: last + trashMs }) }
}

function add (sum: Removed, { blocks, bytes }: Removed): void {
  sum.blocks += blocks
  sum.bytes += bytes
}

/** Other work of this thread gets its turn. */
async function nextTurn (): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve) })
}
