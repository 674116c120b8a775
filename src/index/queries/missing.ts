import type { IndexDb, Statement } from '../engine/index-db.js'

/** A version whose blocks are not all here, and that its user did not put away. */
export interface MissingRow {
  /** Id of its entry. */
  entry: Uint8Array
  /** CID of its root. */
  root: Uint8Array
  /** Stored bytes of the version. */
  bytes: number
}

/** The version below this root is whole here, or is not wanted here. */
export const notMissing = (root: Uint8Array): Statement => ['DELETE FROM missing WHERE root = ?', root]

/** The version of entry `id` is missing here only if that of `other`, which has the same root, is. */
export const missingAsOther = (id: Uint8Array, other: Uint8Array): Statement =>
  ['DELETE FROM missing WHERE entry = ? AND NOT EXISTS (SELECT 1 FROM missing WHERE entry = ?)', id, other]

/** Missing versions in the order in which their entries came, after the `n`-th entry; `n` is the place to go on from. */
export const missingAfter = (db: IndexDb, n: number, most: number): Array<MissingRow & { n: number }> =>
  db.all<MissingRow & { n: number }>('SELECT n, entry, root, bytes FROM missing WHERE n > ? ORDER BY n LIMIT ?', n, most)

export const missingTotals = (db: IndexDb): { versions: number, bytes: number } =>
  db.get<{ versions: number, bytes: number }>('SELECT count(*) AS versions, coalesce(sum(bytes), 0) AS bytes FROM missing') ?? { versions: 0, bytes: 0 }

/**
 * Id of an entry for which the version below this root is to be made whole here: one that is missing, or one that is not
 * dead where the root is finished and something below it is damaged. Undefined: it is whole, put away, or dead.
 */
export const lackedBy = (db: IndexDb, root: Uint8Array): Uint8Array | undefined =>
  db.get<{ entry: Uint8Array }>('SELECT entry FROM missing WHERE root = ? ORDER BY n LIMIT 1', root)?.entry ??
  db.get<{ id: Uint8Array }>(`SELECT id FROM entries AS e WHERE root = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE entry = e.id)
    AND EXISTS (SELECT 1 FROM blocks AS r CROSS JOIN refs ON refs.root = r.id CROSS JOIN blocks AS b ON b.id = refs.block WHERE r.cid = e.root AND b.state <> 0) ORDER BY n LIMIT 1`, root)?.id

/** A version with this root is not here, and is not put away. */
export const isMissingRoot = (db: IndexDb, root: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM missing WHERE root = ?', root) !== undefined

/** Versions that are on top again after they had been dead, by a revoke, and whose blocks are not all here. */
export const returnedTotal = (db: IndexDb): number =>
  db.get<{ n: number }>('SELECT count(*) AS n FROM returned AS r CROSS JOIN missing AS m ON m.entry = r.entry CROSS JOIN entries AS e ON e.id = r.entry AND e.head = 1')?.n ?? 0

/** The version of this entry is still to be brought here. */
export const isMissing = (db: IndexDb, entry: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM missing WHERE entry = ?', entry) !== undefined
