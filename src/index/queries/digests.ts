import { ofSet } from './entries.js'
import type { IndexDb } from '../engine/index-db.js'

/**
 * A digest covers ids of entries that begin alike: their number, and their sum mod 2^256 (32 bytes,
 * big-endian).
 */
export interface DigestRow { prefix: string, count: number, sum: Uint8Array }

/** The longest prefix that has a row has this many hex digits; the shortest has 2. */
export const LONGEST_PREFIX = 4

/**
 * Returns the rows of one length below `prefix` (hex digits, '' for all), sorted. Prefixes without
 * entries have no row.
 */
export function digestsBelow (db: IndexDb, vault: boolean, prefix: string, length: number): DigestRow[] {
  return db.all<DigestRow>('SELECT prefix, count, sum FROM digests WHERE vault = ? AND prefix >= ? AND prefix < ? AND length(prefix) = ? ORDER BY prefix',
    vault ? 1 : 0, prefix, `${prefix}g`, length)
}

/**
 * Returns at most `most` ids that begin with `prefix` (hex digits), of the vault kinds or of all
 * others, sorted.
 */
export function idsBelow (db: IndexDb, vault: boolean, prefix: string, most: number): Uint8Array[] {
  const [from, to] = [prefix.padEnd(64, '0'), prefix.padEnd(64, 'f')].map((hex) => Buffer.from(hex, 'hex'))
  return db.all<{ id: Uint8Array }>(`SELECT id FROM entries WHERE id BETWEEN ? AND ? AND ${ofSet(vault)} ORDER BY id LIMIT ?`, from ?? null, to ?? null, most)
    .map(({ id }) => id)
}

/**
 * Returns all ids that begin with `prefix` (hex digits), whatever their kind, sorted: 32 bytes
 * each, one behind the other. The query reads only the index of ids.
 */
export function idBytesBelow (db: IndexDb, prefix: string): Uint8Array {
  const [from, to] = [prefix.padEnd(64, '0'), prefix.padEnd(64, 'f')].map((hex) => Buffer.from(hex, 'hex'))
  const row = db.get<{ ids: string | null }>("SELECT group_concat(hex(id), '' ORDER BY id) AS ids FROM entries WHERE id BETWEEN ? AND ?", from ?? null, to ?? null)
  return new Uint8Array(Buffer.from(row?.ids ?? '', 'hex'))
}
