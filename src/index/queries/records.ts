import type { IndexDb, Statement } from '../engine/index-db.js'

/** The newest record of one member. */
export interface RecordRow {
  /** PeerId, 38 bytes. */
  subject: Uint8Array
  life: number
  n: number
  /** Time at which the record came, milliseconds since 1970 by this node's clock. */
  heard: number
  /** The record as signed. */
  record: Uint8Array
}

/** Writes a record unless a newer one is here. */
export function putRecord (row: RecordRow): Statement {
  return [`INSERT INTO records (subject, life, n, heard, record) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET life = excluded.life, n = excluded.n, heard = excluded.heard, record = excluded.record
    WHERE (excluded.life, excluded.n) > (life, n)`, row.subject, row.life, row.n, row.heard, row.record]
}

export const dropRecord = (subject: Uint8Array): Statement => ['DELETE FROM records WHERE subject = ?', subject]
export const allRecords = (db: IndexDb): RecordRow[] => db.all<RecordRow>('SELECT * FROM records ORDER BY subject')
