import type { DatabaseSync } from 'node:sqlite'

/** Pages in the write-ahead log before it is copied into the database: 32 MiB, so that pages touched often are copied once. */
const CHECKPOINT_PAGES = 8192
/** How long a connection waits for another one of this process, which only happens while a checkpoint resets the log. */
const BUSY_MS = 10_000

/** Bytes of the sums that `add256` adds. */
const SUM_BYTES = 32

/** Functions that the schema's triggers call; every connection that writes needs them. */
export function addFunctions (db: DatabaseSync): void {
  db.function('add256', { deterministic: true }, (a, b) => {
    if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) throw new TypeError('add256 adds two blobs')
    return add256(a, b)
  })
}

/** The sum of two numbers of 32 bytes, big-endian, mod 2^256. */
export function add256 (a: Uint8Array, b: Uint8Array): Uint8Array {
  const sum = new Uint8Array(SUM_BYTES)
  for (let at = SUM_BYTES - 1, carry = 0; at >= 0; at--) {
    carry += (a[at] ?? 0) + (b[at] ?? 0)
    sum[at] = carry
    carry >>= 8
  }
  return sum
}

/** Every commit is on disk (fsync of the log) before it returns. */
export function openWriter (db: DatabaseSync): void {
  addFunctions(db)
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
}

export function openReader (db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA query_only = ON`)
}
