import type { VoidRow } from './entries.js'
import type { IndexDb } from '../engine/index-db.js'

/**
 * An entry with its marks in its tag. `dead` (0 or 1) concerns the version itself. `given` is the
 * own time since which no version with its root is live, so that its blocks are given up.
 */
export type StandingRow = VoidRow & { n: number, head: number, waiting: number, dead: number, given: number | null }

const STANDING = `SELECT e.*, EXISTS (SELECT 1 FROM dead WHERE entry = e.id) AS dead,
  CASE WHEN EXISTS (SELECT 1 FROM entries AS o WHERE o.root = e.root AND NOT EXISTS (SELECT 1 FROM dead WHERE entry = o.id)) THEN NULL
    ELSE (SELECT max(since) FROM dead WHERE root = e.root) END AS given
  FROM entries AS e WHERE e.n IN (SELECT value FROM json_each(?)) ORDER BY e.clock DESC, e.id DESC`

/** One page of `historyOfTag` reads this many entries. */
const PAGE_ENTRIES = 128

/**
 * Yields puts, restores and deletes of one tag, the newest first by (clock, id). The first query
 * fixes which entries, at a few bytes each. Rows are read in pages, so that a name of many thousand
 * versions needs no memory and writes go on.
 */
export function * historyOfTag (db: IndexDb, tag: Uint8Array): Generator<StandingRow> {
  const all = db.all<{ n: number }>('SELECT n FROM entries WHERE tag = ? AND clock IS NOT NULL ORDER BY clock DESC, id DESC', tag).map(({ n }) => n)
  for (let at = 0; at < all.length; at += PAGE_ENTRIES) {
    yield * db.all<StandingRow>(STANDING, JSON.stringify(all.slice(at, at + PAGE_ENTRIES)))
  }
}
