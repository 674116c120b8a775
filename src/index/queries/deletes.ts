import type { IndexDb } from '../engine/index-db.js'

/** A page reads this many entries of any kind, which takes a few milliseconds. */
const PAGE_ENTRIES = 2_000

/**
 * Yields deletes that are heads, as signed, in the order in which they came. A page may hold none.
 * Entries that come meanwhile are not among them.
 */
export function * deletesFrom (db: IndexDb): Generator<Uint8Array[]> {
  const { last } = db.get<{ last: number | null }>('SELECT max(n) AS last FROM entries') ?? { last: null }
  for (let from = 0; last !== null && from < last; from += PAGE_ENTRIES) {
    const rows = db.all<{ entry: Uint8Array }>("SELECT entry FROM entries WHERE n > ? AND n <= ? AND kind = 'delete' AND head = 1 AND void = 0", from, Math.min(last, from + PAGE_ENTRIES))
    yield rows.map(({ entry }) => entry)
  }
}
