/**
 * This file holds the SQL that releases roots, one function a statement. A block is removed only if
 * nothing else names it at that moment.
 */
import type { Statement } from '../engine/index-db.js'
import { HELD, TRASHED } from '../migrations/store.js'

/** One transaction reads this many blocks: more than a group with its manifest has. */
const PAGE_BLOCKS = 2048
/**
 * Selects a page of blocks; both question marks are the root. The root itself is in every page, so
 * that it stops being whole with the first.
 */
const PAGE = `SELECT ? UNION ALL SELECT block FROM (SELECT block FROM refs WHERE root = ? ORDER BY block LIMIT ${PAGE_BLOCKS})`
/**
 * Condition: the block is not kept and has no pin and no ref of another root (one question mark).
 */
const UNNAMED = `kept = 0 AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id)
  AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id AND refs.root <> ?)`
const ROW = 'RETURNING cid, size, bytes IS NULL AS file'

/** Begins the release of a root; with `trash` its blocks go to the trash. */
export const beginRelease = (root: number, trash: boolean): Statement =>
  ['INSERT INTO releasing (root, trash) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM refs WHERE root = ?) ON CONFLICT DO NOTHING', root, trash ? 1 : 0, root]
/** Refuses the unit when the root is not being released any more. */
export const stillReleasing = (root: number): Statement =>
  ['INSERT INTO guard SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM releasing WHERE root = ?)', root]

/**
 * Moves one page of blocks that only this root names to the trash. Of damaged blocks only the row
 * is removed.
 */
export const trashPage = (root: number, now: number): Statement[] => [
  [`UPDATE blocks SET state = ${TRASHED}, trashed = ? WHERE id IN (${PAGE}) AND state = ${HELD} AND ${UNNAMED} ${ROW}`, now, root, root, root],
  [`DELETE FROM blocks WHERE id IN (${PAGE}) AND state NOT IN (${HELD}, ${TRASHED}) AND ${UNNAMED} ${ROW}`, root, root, root]
]
/** Removes one page of blocks that only this root names for good. */
export const dropPage = (root: number): Statement[] => [
  [`DELETE FROM blocks WHERE id IN (${PAGE}) AND state <> ${TRASHED} AND ${UNNAMED} ${ROW}`, root, root, root]
]
/** Ends a page; returns one row when there is another. */
export const endPage = (root: number): Statement[] => [
  [`DELETE FROM refs WHERE root = ? AND block IN (${PAGE})`, root, root, root],
  ['DELETE FROM releasing WHERE root = ? AND NOT EXISTS (SELECT 1 FROM refs WHERE root = ?)', root, root],
  ['SELECT 1 FROM releasing WHERE root = ?', root]
]

/** Takes a block out of the trash, in one unit with the statement that names it. */
export const untrash = (cid: Uint8Array): Statement => [`UPDATE blocks SET state = ${HELD}, trashed = NULL WHERE cid = ? AND state = ${TRASHED}`, cid]
/** Restarts the time in the trash of a block that was read. */
export const readInTrash = (id: number, now: number): Statement => [`UPDATE blocks SET trashed = ? WHERE id = ? AND state = ${TRASHED}`, now, id]

/** Returns ids and sizes of the blocks that came into the trash until `until`, the oldest first. */
export const oldestTrash = (until: number, most: number): Statement =>
  ['SELECT id, size FROM blocks WHERE trashed <= ? ORDER BY trashed, id LIMIT ?', until, most]
/** Removes the blocks of `ids` (JSON) that have been in the trash since `until` or before. */
export const dropTrash = (ids: string, until: number): Statement =>
  [`DELETE FROM blocks WHERE id IN (SELECT value FROM json_each(?)) AND state = ${TRASHED} AND trashed <= ? AND kept = 0
    AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id) AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id) ${ROW}`, ids, until]
