import type { IndexDb, Statement } from '../engine/index-db.js'

/** A missing version has blocks that are not here, and its user did not put it away. */
export interface MissingRow {
  /** Id of its entry. */
  entry: Uint8Array
  /** CID of its root. */
  root: Uint8Array
  /** Stored bytes of the version. */
  bytes: number
}

/** Call for a version below this root that is whole here, or is not wanted here. */
export const notMissing = (root: Uint8Array): Statement => ['DELETE FROM missing WHERE root = ?', root]

/**
 * Marks the version of entry `id` as missing only if the version of `other`, which has the same
 * root, is missing.
 */
export const missingAsOther = (id: Uint8Array, other: Uint8Array): Statement =>
  ['DELETE FROM missing WHERE entry = ? AND NOT EXISTS (SELECT 1 FROM missing WHERE entry = ?)', id, other]

/**
 * Returns missing versions in the order in which their entries came, after the `n`-th entry; the
 * `n` of the last one continues.
 */
export const missingAfter = (db: IndexDb, n: number, most: number): Array<MissingRow & { n: number }> =>
  db.all<MissingRow & { n: number }>('SELECT n, entry, root, bytes FROM missing WHERE n > ? ORDER BY n LIMIT ?', n, most)

export const missingTotals = (db: IndexDb): { versions: number, bytes: number } =>
  db.get<{ versions: number, bytes: number }>('SELECT count(*) AS versions, coalesce(sum(bytes), 0) AS bytes FROM missing') ?? { versions: 0, bytes: 0 }

/**
 * Returns the id of an entry whose version below this root is to be made whole here: a missing
 * version, or a live one whose finished root has a damaged block below it. Undefined means that the
 * version is whole, put away, or dead.
 */
export const lackedBy = (db: IndexDb, root: Uint8Array): Uint8Array | undefined =>
  db.get<{ entry: Uint8Array }>('SELECT entry FROM missing WHERE root = ? ORDER BY n LIMIT 1', root)?.entry ??
  db.get<{ id: Uint8Array }>(`SELECT id FROM entries AS e WHERE root = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE entry = e.id)
    AND EXISTS (SELECT 1 FROM blocks AS r CROSS JOIN refs ON refs.root = r.id CROSS JOIN blocks AS b ON b.id = refs.block WHERE r.cid = e.root AND b.state <> 0) ORDER BY n LIMIT 1`, root)?.id

/** Returns true when a version with this root is missing. */
export const isMissingRoot = (db: IndexDb, root: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM missing WHERE root = ?', root) !== undefined

/** Counts heads that had been dead, became live by a revoke, and whose blocks are not all here. */
export const returnedTotal = (db: IndexDb): number =>
  db.get<{ n: number }>('SELECT count(*) AS n FROM returned AS r CROSS JOIN missing AS m ON m.entry = r.entry CROSS JOIN entries AS e ON e.id = r.entry AND e.head = 1')?.n ?? 0

/** Returns true when the version of this entry is missing. */
export const isMissing = (db: IndexDb, entry: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM missing WHERE entry = ?', entry) !== undefined
