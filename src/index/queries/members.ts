import type { IndexDb, Statement } from '../engine/index-db.js'

export interface MemberRow {
  /** PeerId, 38 bytes. */
  peer: Uint8Array
  role: string
  operator: string
  label: string
  writer: Uint8Array | null
  /** Public key of the invite that the member used. */
  invite: Uint8Array | null
  /** Id of the admit entry that counts. */
  admit: Uint8Array
  /** Time of the admit by its writer, milliseconds since 1970. */
  since: number
  seen: number | null
  /** Upper bound of the capacity that counts for the member, in bytes, by its certificate. */
  maxCapacity: number | null
}

export function putMember (row: MemberRow): Statement {
  return ['INSERT OR REPLACE INTO members (peer, role, operator, label, writer, invite, admit, since, seen, maxCapacity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    row.peer, row.role, row.operator, row.label, row.writer, row.invite, row.admit, row.since, row.seen, row.maxCapacity]
}

export interface WriterRow {
  /** Public writer key. */
  key: Uint8Array
  /** PeerId, 38 bytes. */
  peer: Uint8Array
  /** Id of the admit that names the key. */
  admit: Uint8Array
}

export function putWriter (row: WriterRow): Statement {
  return ['INSERT OR IGNORE INTO writers (key, peer, admit) VALUES (?, ?, ?)', row.key, row.peer, row.admit]
}

export const allWriters = (db: IndexDb): WriterRow[] => db.all<WriterRow>('SELECT * FROM writers')
export const allMembers = (db: IndexDb): MemberRow[] => db.all<MemberRow>('SELECT * FROM members ORDER BY since, peer')
export const sawMember = (peer: Uint8Array, time: number): Statement => ['UPDATE members SET seen = ? WHERE peer = ?', time, peer]

/** Each peer has at most this many addresses; a further one replaces the oldest. */
const ADDRESSES_PER_PEER = 8

/** Notes an address at which a peer was reached. */
export function sawAddress (peer: string, address: string, time: number): Statement[] {
  return [
    ['INSERT OR REPLACE INTO addresses (peer, address, seen) VALUES (?, ?, ?)', peer, address, time],
    [`DELETE FROM addresses WHERE peer = ? AND address NOT IN (SELECT address FROM addresses WHERE peer = ? ORDER BY seen DESC LIMIT ${ADDRESSES_PER_PEER})`, peer, peer]
  ]
}

/** Returns the addresses at which peers were reached, the newest first. */
export const knownAddresses = (db: IndexDb): Array<{ peer: string, address: string }> =>
  db.all<{ peer: string, address: string }>('SELECT peer, address FROM addresses ORDER BY seen DESC')
