import type { IndexDb, Statement } from './index-db.js'

/** A version whose blocks are not all here and are to be brought. */
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

/** The places (see `missingAfter`) of the missing versions with this root. */
export const missingPlaces = (db: IndexDb, root: Uint8Array): number[] =>
  db.all<{ n: number }>('SELECT n FROM missing WHERE root = ?', root).map(({ n }) => n)

/** Versions that are on top again after they had been dead, by a revoke, and whose blocks are not all here. */
export const returnedTotal = (db: IndexDb): number =>
  db.get<{ n: number }>('SELECT count(*) AS n FROM returned AS r CROSS JOIN missing AS m ON m.entry = r.entry CROSS JOIN entries AS e ON e.id = r.entry AND e.head = 1')?.n ?? 0

/** The version of this entry is still to be brought here. */
export const isMissing = (db: IndexDb, entry: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM missing WHERE entry = ?', entry) !== undefined
