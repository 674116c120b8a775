/** SQLite's file lock serves here as a plain lock: it ends with the process, on every platform. */
import type { DatabaseSync } from 'node:sqlite'

/**
 * Takes the lock of the file that this connection has open, shared when the connection only reads.
 * @throws SQLITE_BUSY while another process holds the lock
 */
export function lockFile (db: DatabaseSync, readOnly: boolean): void {
  if (readOnly) db.exec('BEGIN; SELECT name FROM sqlite_schema')
  else db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // nothing is ever written, so no journal file appears
}
