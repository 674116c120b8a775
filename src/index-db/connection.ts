import type { DatabaseSync } from 'node:sqlite'

/** Pages in the write-ahead log before it is copied into the database: 32 MiB, so that pages touched often are copied once. */
const CHECKPOINT_PAGES = 8192
/** How long a connection waits for another one of this process, which only happens while a checkpoint resets the log. */
const BUSY_MS = 10_000

/** Every commit is on disk (fsync of the log) before it returns. */
export function openWriter (db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
}

export function openReader (db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA query_only = ON`)
}
