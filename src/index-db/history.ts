import type { VoidRow } from './entries.js'
import type { IndexDb } from './index-db.js'

/** An entry with its standing in its tag. */
export type StandingRow = VoidRow & { n: number, head: number, waiting: number }

/** How many entries one page of the walk below reads. */
const PAGE_ENTRIES = 128

/**
 * Puts, restores and deletes of one tag, the newest first by (clock, id). Which ones is settled at the start, at a few
 * bytes each; the rows are read in pages, so that a name of many thousand versions costs no memory and writes go on.
 */
export function * historyOfTag (db: IndexDb, tag: Uint8Array): Generator<StandingRow> {
  const all = db.all<{ n: number }>('SELECT n FROM entries WHERE tag = ? AND clock IS NOT NULL ORDER BY clock DESC, id DESC', tag).map(({ n }) => n)
  for (let at = 0; at < all.length; at += PAGE_ENTRIES) {
    yield * db.all<StandingRow>('SELECT * FROM entries WHERE n IN (SELECT value FROM json_each(?)) ORDER BY clock DESC, id DESC', JSON.stringify(all.slice(at, at + PAGE_ENTRIES)))
  }
}

/** Forgets of this tag that count, as signed. */
export const forgetsOfTag = (db: IndexDb, tag: Uint8Array): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>("SELECT entry FROM entries WHERE tag = ? AND kind = 'forget' AND void = 0", tag).map(({ entry }) => entry)
