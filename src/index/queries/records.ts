import type { IndexDb, Statement } from '../engine/index-db.js'

/** The newest record of one member. */
export interface RecordRow {
  /** 38 bytes. */
  subject: Uint8Array
  life: number
  n: number
  /** Milliseconds since 1970 by this node's clock: when it came. */
  heard: number
  /** As signed. */
  record: Uint8Array
}

/** Keeps a record unless a newer one is here. */
export function putRecord (row: RecordRow): Statement {
  return [`INSERT INTO records (subject, life, n, heard, record) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET life = excluded.life, n = excluded.n, heard = excluded.heard, record = excluded.record
    WHERE (excluded.life, excluded.n) > (life, n)`, row.subject, row.life, row.n, row.heard, row.record]
}

export const dropRecord = (subject: Uint8Array): Statement => ['DELETE FROM records WHERE subject = ?', subject]
export const allRecords = (db: IndexDb): RecordRow[] => db.all<RecordRow>('SELECT * FROM records ORDER BY subject')
