import type { IndexDb } from '../engine/index-db.js'
import { nodeState } from './node-state.js'

/**
 * Returns the last entries of a writer, those with the highest seq: entries that no other entry of
 * the writer names as `prev`.
 */
export const tipsOf = (db: IndexDb, writer: Uint8Array, most: number): Uint8Array[] =>
  db.all<{ id: Uint8Array }>('SELECT id FROM tips WHERE writer = ? ORDER BY seq DESC, id DESC LIMIT ?', writer, most).map(({ id }) => id)

/**
 * Returns the last entries among those with numbers below `below`. Where a writer's numbers have
 * gaps, an entry that another one names may be among them. The query reads all entries of the
 * writer.
 */
export const tipsBelow = (db: IndexDb, writer: Uint8Array, below: number, most: number): Uint8Array[] =>
  db.all<{ id: Uint8Array }>(`SELECT id FROM entries AS e WHERE writer = ? AND seq > 0 AND seq < ?
    AND NOT EXISTS (SELECT 1 FROM entries AS o WHERE o.writer = e.writer AND o.seq = e.seq + 1 AND o.seq < ? AND o.prev = e.id)
    ORDER BY seq DESC, id DESC LIMIT ?`, writer, below, below, most).map(({ id }) => id)

/**
 * Key in node_state. The value is an `n`: entries up to it were here when a comparison began that
 * has ended since.
 */
export const COMPARED = 'compared'
const comparedTo = (db: IndexDb): number => Number(nodeState(db, COMPARED) ?? 0)

/** Returns the highest `n` of all entries, 0 without an entry. */
export const lastEntry = (db: IndexDb): number => db.get<{ n: number | null }>('SELECT max(n) AS n FROM entries')?.n ?? 0

/**
 * Returns whether some entry up to `n` waits for the one before it and is not yet known to have
 * waited through a comparison.
 */
export const waitsUpTo = (db: IndexDb, n: number): boolean => db.get('SELECT 1 FROM awaited WHERE n > ? AND n <= ? LIMIT 1', comparedTo(db), n) !== undefined

/**
 * Returns the places where chains of writers break, by writer and number, at most `mostOfOne` of
 * each writer and `most` in all. An entry whose `prev` is not here is among them once a comparison
 * has ended that began after the entry came, since `prev` would have come with it.
 */
export const breaksOf = (db: IndexDb, mostOfOne: number, most: number): Array<{ writer: Uint8Array, seq: number }> =>
  db.all(`SELECT writer, seq FROM (
    SELECT writer, seq, row_number() OVER (PARTITION BY writer ORDER BY seq) AS place
      FROM (SELECT writer, seq FROM breaks UNION SELECT writer, seq FROM awaited WHERE n <= ?)
  ) WHERE place <= ? ORDER BY writer, seq LIMIT ?`, comparedTo(db), mostOfOne, most)
