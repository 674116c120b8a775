import type { IndexDb } from '../engine/index-db.js'

/** The last entries of a writer: those that no other entry of it names as `prev`; those with the highest seq, at most `most`. */
export const tipsOf = (db: IndexDb, writer: Uint8Array, most: number): Uint8Array[] =>
  db.all<{ id: Uint8Array }>('SELECT id FROM tips WHERE writer = ? ORDER BY seq DESC, id DESC LIMIT ?', writer, most).map(({ id }) => id)

/**
 * The same of its numbered entries below a number, as if the others were not here. Where a writer's numbers do not follow
 * each other some that another one names may be among them. Reads all of them.
 */
export const tipsBelow = (db: IndexDb, writer: Uint8Array, below: number, most: number): Uint8Array[] =>
  db.all<{ id: Uint8Array }>(`SELECT id FROM entries AS e WHERE writer = ? AND seq > 0 AND seq < ?
    AND NOT EXISTS (SELECT 1 FROM entries AS o WHERE o.writer = e.writer AND o.seq = e.seq + 1 AND o.seq < ? AND o.prev = e.id)
    ORDER BY seq DESC, id DESC LIMIT ?`, writer, below, below, most).map(({ id }) => id)

/** Where the entries of writers are no line, by writer and number; at most so many of each, and in all. */
export const breaksOf = (db: IndexDb, mostOfOne: number, most: number): Array<{ writer: Uint8Array, seq: number }> =>
  db.all(`SELECT writer, seq FROM (
    SELECT writer, seq, row_number() OVER (PARTITION BY writer ORDER BY seq) AS place
      FROM (SELECT writer, seq FROM breaks UNION SELECT writer, seq FROM awaited)
  ) WHERE place <= ? ORDER BY writer, seq LIMIT ?`, mostOfOne, most)
