import type { DatabaseSync } from 'node:sqlite'
import { asBytes, asList, isMap } from '../../../protocols/block/cbor.js'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { add256, sub256 } from '../../../protocols/block/sum.js'
import { placements } from '../queries/entry-placement.js'
import { steadyMs } from '../queries/own-time.js'

/**
 * The write-ahead log grows to this many pages (32 MiB) before it is copied into the database, so
 * that pages that change often are copied once.
 */
const CHECKPOINT_PAGES = 8192
/**
 * A connection waits this long for another connection of this process, which happens only while a
 * checkpoint resets the log.
 */
const BUSY_MS = 10_000

/**
 * Cache of the writing connection, in KiB. Keys are hashes, so a batch of entries touches thousands
 * of pages all over the indexes. With SQLite's default of 2 MiB each page was written to the log
 * and read again several times in one transaction.
 */
const WRITER_CACHE_KIB = 8 * 1024

/** Adds the functions that the schema's triggers call. Every connection that writes needs them. */
export function addFunctions (db: DatabaseSync): void {
  db.function('add256', { deterministic: true }, (a, b) => {
    if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) throw new TypeError('add256 adds two blobs')
    return add256(a, b)
  })
  db.function('sub256', { deterministic: true }, (a, b) => sub256(blobOf(a), blobOf(b)))
  db.function('steady_ms', steadyMs)
  db.function('forget_ids', { deterministic: true }, (entry) => {
    if (!(entry instanceof Uint8Array)) throw new TypeError('forget_ids reads a blob')
    return forgetIds(entry)
  })
  const placementOf = placements()
  db.function('slot_of', { deterministic: true }, (entry) => placementOf(blobOf(entry)).slot)
  db.function('copies_of', { deterministic: true }, (entry) => placementOf(blobOf(entry)).copies)
}

function blobOf (value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('the function reads a blob')
  return value
}

/**
 * Returns the `versions` of a forget entry as JSON of ids in hex. The entry was checked before it
 * was written.
 */
function forgetIds (entry: Uint8Array): string {
  const [bytes] = asList(readValue(entry))
  const shown = readValue(asBytes(bytes))
  return JSON.stringify(asList(isMap(shown) ? shown['versions'] : []).map((id) => Buffer.from(asBytes(id)).toString('hex')))
}

/**
 * Sets up the writing connection: each commit fsyncs the log before it returns. Rollback data of a
 * savepoint stays in memory; in files it was half of all written bytes.
 */
export function openWriter (db: DatabaseSync): void {
  addFunctions(db)
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${WRITER_CACHE_KIB}`)
}

export function openReader (db: DatabaseSync): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA query_only = ON`)
}
