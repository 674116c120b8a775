/** SQLite's lock of a file, used for itself: it ends with the process, on every platform. */
import type { DatabaseSync } from 'node:sqlite'

/** Takes the lock of the file that this connection has open, shared where it is only read. Throws SQLITE_BUSY while another process holds it. */
export function lockFile (db: DatabaseSync, readOnly: boolean): void {
  if (readOnly) db.exec('BEGIN; SELECT name FROM sqlite_schema')
  else db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // no journal file: nothing is ever written
}
