/** These queries count and remove entries of unknown kinds. */
import type { IndexDb, Statement } from '../engine/index-db.js'

export interface UnknownRow { n: number, id: Uint8Array, bytes: number }
export interface UnknownUse { entries: number, bytes: number }

export const unknownUse = (db: IndexDb, writer: Uint8Array): UnknownUse =>
  db.get<UnknownUse>('SELECT entries, bytes FROM unknown_use WHERE writer = ?', writer) ?? { entries: 0, bytes: 0 }

/**
 * Returns writers with at least `entries` entries of unknown kinds, or at least `bytes` bytes of
 * them.
 */
export const unknownUsers = (db: IndexDb, entries: number, bytes: number): Uint8Array[] =>
  db.all<{ writer: Uint8Array }>('SELECT writer FROM unknown_use WHERE entries >= ? OR bytes >= ? ORDER BY writer', entries, bytes).map(({ writer }) => writer)

/** Returns entries of unknown kinds of a writer, the highest id first. */
export const highestUnknown = (db: IndexDb, writer: Uint8Array, most: number): UnknownRow[] =>
  db.all<UnknownRow>('SELECT n, id, length(entry) AS bytes FROM entries WHERE writer = ? AND prev IS NULL ORDER BY id DESC LIMIT ?', writer, most)

/**
 * Removes these entries. The highest remaining row takes over the highest number that was ever
 * given, so that a loop over numbers misses no later entry.
 */
export function takeOutUnknown (db: IndexDb, rows: UnknownRow[]): Statement[] {
  const last = db.get<{ n: number | null }>('SELECT max(n) AS n FROM entries')?.n ?? 0
  return [
    ['DELETE FROM entries WHERE n IN (SELECT value FROM json_each(?)) AND prev IS NULL', JSON.stringify(rows.map(({ n }) => n))],
    ['UPDATE missing SET n = max(n, ?) WHERE n = (SELECT max(n) FROM entries)', last],
    ['UPDATE entries SET n = max(n, ?) WHERE n = (SELECT max(n) FROM entries)', last]
  ]
}
