import { ofSet } from './entries.js'
import type { IndexDb } from '../engine/index-db.js'

/** Ids of entries that begin alike: how many there are, and their sum mod 2^256 (32 bytes, big-endian). */
export interface DigestRow { prefix: string, count: number, sum: Uint8Array }

/** The longest prefix, in hex digits, that has a row; the first has 2. */
export const LONGEST_PREFIX = 4

/** Rows of one length below `prefix` (hex digits, '' for all); prefixes without entries have none. Sorted. */
export function digestsBelow (db: IndexDb, vault: boolean, prefix: string, length: number): DigestRow[] {
  return db.all<DigestRow>('SELECT prefix, count, sum FROM digests WHERE vault = ? AND prefix >= ? AND prefix < ? AND length(prefix) = ? ORDER BY prefix',
    vault ? 1 : 0, prefix, `${prefix}g`, length)
}

/** Ids that begin with `prefix` (hex digits), of the vault kinds or of all others, sorted; at most `most`. */
export function idsBelow (db: IndexDb, vault: boolean, prefix: string, most: number): Uint8Array[] {
  const [from, to] = [prefix.padEnd(64, '0'), prefix.padEnd(64, 'f')].map((hex) => Buffer.from(hex, 'hex'))
  return db.all<{ id: Uint8Array }>(`SELECT id FROM entries WHERE id BETWEEN ? AND ? AND ${ofSet(vault)} ORDER BY id LIMIT ?`, from ?? null, to ?? null, most)
    .map(({ id }) => id)
}

/** All ids that begin with `prefix` (hex digits), whatever their kind, sorted: 32 bytes each, one behind the other. Reads the index of ids alone. */
export function idBytesBelow (db: IndexDb, prefix: string): Uint8Array {
  const [from, to] = [prefix.padEnd(64, '0'), prefix.padEnd(64, 'f')].map((hex) => Buffer.from(hex, 'hex'))
  const row = db.get<{ ids: string | null }>("SELECT group_concat(hex(id), '' ORDER BY id) AS ids FROM entries WHERE id BETWEEN ? AND ?", from ?? null, to ?? null)
  return new Uint8Array(Buffer.from(row?.ids ?? '', 'hex'))
}
