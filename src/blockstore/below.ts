import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { belowRoot, blockAtPlace, countBelow, finishedRoot } from '../index/queries/block-rows.js'
import type { StoreContext } from './context.js'

/** Rows of one look at the index, so that a root of a million blocks is never in memory whole. */
const PAGE_BLOCKS = 2048

/** What a finished root names, itself included, whether it is still whole or not. */
export function * blocksBelow (parts: StoreContext, root: CID): Generator<CID> {
  for (let after = -1; ;) {
    // asked again for each page: the root may be let go meanwhile
    const id = finishedRoot(parts.db, root)
    if (id === undefined) return
    const page = belowRoot(parts.db, id, after, PAGE_BLOCKS)
    const last = page.at(-1)
    if (last === undefined) return
    for (const { cid } of page) yield parseCid(cid)
    after = last.block
  }
}

/**
 * `count` different blocks of those, each as likely as any other; all, where there are no more. `random(n)` is one of
 * 0..n-1. Places are counted and not ids: those have gaps, and the block behind a gap would be drawn too often.
 */
export function drawBelow (parts: StoreContext, root: CID, count: number, random: (below: number) => number): CID[] {
  const id = finishedRoot(parts.db, root)
  if (id === undefined) return []
  const total = countBelow(parts.db, id)
  return [...places(total, Math.min(count, total), random)].flatMap((place) => {
    const cid = blockAtPlace(parts.db, id, place)
    return cid === undefined ? [] : [parseCid(cid)]
  })
}

/** `count` different numbers of 0..total-1, in `count` steps (Floyd). */
function places (total: number, count: number, random: (below: number) => number): Set<number> {
  const drawn = new Set<number>()
  for (let top = total - count; top < total; top++) {
    const place = random(top + 1)
    drawn.add(drawn.has(place) ? top : place)
  }
  return drawn
}
