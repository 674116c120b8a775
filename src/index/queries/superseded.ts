import type { IndexDb } from '../engine/index-db.js'

/**
 * An applied entry of a tag without its bytes; `since` is that of `superseded`, and null without a
 * row there.
 */
export interface LineRow {
  id: Uint8Array
  kind: string
  clock: number
  parents: Uint8Array
  void: number
  since: number | null
}

/**
 * Returns the applied puts, restores and deletes of a tag from its oldest superseded version up.
 */
export const linesOfTag = (db: IndexDb, tag: Uint8Array): LineRow[] => db.all<LineRow>(`SELECT e.id, e.kind, e.clock, e.parents, e.void, s.since
  FROM entries AS e LEFT JOIN superseded AS s ON s.entry = e.id
  WHERE e.tag = ?1 AND e.waiting = 0 AND e.clock >= (SELECT min(o.clock) FROM superseded AS old JOIN entries AS o ON o.id = old.entry WHERE old.tag = ?1)`, tag)

export const supersededOfTag = (db: IndexDb, tag: Uint8Array): number =>
  db.get<{ n: number }>('SELECT count(*) AS n FROM superseded WHERE tag = ?', tag)?.n ?? 0

export interface SupersededRow { entry: Uint8Array, tag: Uint8Array, since: number }

/** Returns versions superseded before `before`, the longest ago first, after the row `after`. */
export const supersededBefore = (db: IndexDb, before: number, after: Pick<SupersededRow, 'since' | 'entry'>, most: number): SupersededRow[] =>
  db.all<SupersededRow>('SELECT entry, tag, since FROM superseded WHERE (since, entry) > (?, ?) AND since < ? ORDER BY since, entry LIMIT ?', after.since, after.entry, before, most)

/**
 * Returns tags after `tag` with their numbers of superseded versions, out of `rows` rows. The last
 * tag may have more.
 */
export const crowdedAfter = (db: IndexDb, tag: Uint8Array, rows: number): Array<{ tag: Uint8Array, n: number }> =>
  db.all('SELECT tag, count(*) AS n FROM (SELECT tag FROM superseded WHERE tag > ? ORDER BY tag LIMIT ?) GROUP BY tag ORDER BY tag', tag, rows)
