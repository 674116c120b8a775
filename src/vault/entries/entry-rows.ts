import { asBytes, asList } from '../../../protocols/block/cbor.js'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { HASH_BYTES } from '../../../protocols/block/hash.js'
import { readPublic, type Entry } from '../../../protocols/vault/entry.js'
import type { HistoryEntry } from '../../../protocols/vault/history.js'
import type { EntryRow } from '../../index/queries/entries.js'

/**
 * Parses an entry from this node's index. Its signature was verified before it was written there.
 */
export function readStored (encoded: Uint8Array): Entry {
  const [publicBytes, sealed] = asList(readValue(encoded), { min: 3, max: 3 })
  return readPublic(encoded, asBytes(publicBytes), asBytes(sealed))
}

/** Returns the row of an entry, the same on every node. */
export function entryRow (entry: Entry): EntryRow {
  const row: EntryRow = {
    id: entry.id,
    kind: entry.kind === 'unknown' ? entry.name : entry.kind,
    writer: entry.writer,
    seq: entry.kind === 'unknown' ? 0 : entry.seq,
    prev: entry.kind === 'unknown' ? null : entry.prev,
    tag: null,
    clock: null,
    parents: null,
    root: null,
    bytes: null,
    entry: entry.encoded
  }
  if ('tag' in entry) row.tag = entry.tag
  if ('after' in entry) {
    row.clock = entry.clock
    row.parents = new Uint8Array(Buffer.concat(entry.after))
  }
  if (entry.kind === 'put' || entry.kind === 'restore') {
    row.root = entry.root.bytes
    row.bytes = entry.bytes
  }
  return row
}

export type HistoryRow = HistoryEntry & { row: EntryRow }

/** Returns the rows that have a place in a history. A forget has none. */
export function historyRows (rows: EntryRow[]): HistoryRow[] {
  return rows.flatMap((row) => placesIn([row]).map((place) => ({ ...place, row })))
}

/** Returns the places of `historyRows` without their rows. */
export function placesIn (rows: Array<Pick<EntryRow, 'id' | 'kind' | 'clock' | 'parents'>>): HistoryEntry[] {
  const all: HistoryEntry[] = []
  for (const { kind, id, clock, parents } of rows) {
    if (clock === null || parents === null || (kind !== 'put' && kind !== 'restore' && kind !== 'delete')) continue
    all.push({ id, kind, clock, after: idsIn(parents) })
  }
  return all
}

/** Splits concatenated ids. */
export const idsIn = (bytes: Uint8Array): Uint8Array[] => Array.from({ length: bytes.length / HASH_BYTES }, (_, n) => bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES))
