import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import type { StoreContext } from './context.js'

/** Rows of one look at the index, so that a root of a million blocks is never in memory whole. */
const PAGE_BLOCKS = 2048

/** Id of a finished root; undefined where it has no ref of its own: never finished here, or being let go. */
const idOf = ({ db }: StoreContext, root: CID): number | undefined =>
  db.get<{ id: number }>('SELECT id FROM blocks WHERE cid = ? AND EXISTS (SELECT 1 FROM refs WHERE root = blocks.id AND block = blocks.id)', root.bytes)?.id

/** What a finished root names, itself included, whether it is still whole or not. */
export function * blocksBelow (parts: StoreContext, root: CID): Generator<CID> {
  for (let after = -1; ;) {
    // asked again for each page: the root may be let go meanwhile
    const id = idOf(parts, root)
    if (id === undefined) return
    const page = parts.db.all<{ block: number, cid: Uint8Array }>(
      `SELECT refs.block AS block, b.cid AS cid FROM refs JOIN blocks AS b ON b.id = refs.block WHERE refs.root = ? AND refs.block > ? ORDER BY refs.block LIMIT ${PAGE_BLOCKS}`, id, after)
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
  const id = idOf(parts, root)
  if (id === undefined) return []
  const total = parts.db.get<{ n: number }>('SELECT count(*) AS n FROM refs WHERE root = ?', id)?.n ?? 0
  return [...places(total, Math.min(count, total), random)].flatMap((place) => {
    const row = parts.db.get<{ cid: Uint8Array }>('SELECT b.cid AS cid FROM (SELECT block FROM refs WHERE root = ? ORDER BY block LIMIT 1 OFFSET ?) AS drawn JOIN blocks AS b ON b.id = drawn.block', id, place)
    return row === undefined ? [] : [parseCid(row.cid)]
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
