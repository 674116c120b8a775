import type { EntryRow } from './entries.js'
import type { IndexDb, Statement } from './index-db.js'

/** A version of this node that fewer members have than its put wanted. */
export interface OwedRow {
  /** Id of its entry. */
  entry: Uint8Array
  /** How many more should have it. */
  copies: number
  /** Peers that have it, as JSON. */
  holders: string
}

export function owe (entry: Uint8Array, copies: number, holders: string[]): Statement {
  return ['INSERT OR REPLACE INTO owed (entry, copies, holders) VALUES (?, ?, ?)', entry, copies, JSON.stringify(holders)]
}

/** Notes that `peer` has it now; nothing is owed any more once enough have. */
export function paid (entry: Uint8Array, peer: string): Statement[] {
  return [
    ["UPDATE owed SET copies = copies - 1, holders = json_insert(holders, '$[#]', ?) WHERE entry = ? AND NOT EXISTS (SELECT 1 FROM json_each(holders) WHERE value = ?)", peer, entry, peer],
    ['DELETE FROM owed WHERE entry = ? AND copies <= 0', entry]
  ]
}

/** How many one round takes up. */
const ROUND_VERSIONS = 1000

/** Versions that `peer` should get, the oldest first. */
export function owedTo (db: IndexDb, peer: string): EntryRow[] {
  return db.all<EntryRow>(`SELECT e.* FROM owed JOIN entries AS e ON e.id = owed.entry
    WHERE NOT EXISTS (SELECT 1 FROM json_each(owed.holders) WHERE value = ?) ORDER BY e.n LIMIT ${ROUND_VERSIONS}`, peer)
}

/** What this node let go of it cannot bring to others. */
export const forgive = (root: Uint8Array): Statement => ['DELETE FROM owed WHERE entry IN (SELECT id FROM entries WHERE root = ?)', root]

/** Versions that fewer than all of `members` have. */
export const owedCount = (db: IndexDb, members: number): number =>
  db.get<{ n: number }>('SELECT count(*) AS n FROM owed WHERE json_array_length(holders) + 1 < ?', members)?.n ?? 0
