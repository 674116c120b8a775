/** The SQL of letting roots go, one function a statement. A block goes only if at that moment nothing else names it. */
import type { Statement } from '../engine/index-db.js'
import { HELD, TRASHED } from '../migrations/store.js'

/** Blocks that one transaction looks at: more than those of a group with its manifest. */
const PAGE_BLOCKS = 2048
/** Question marks: the root, twice. The root itself is in every page, so that it stops being whole with the first. */
const PAGE = `SELECT ? UNION ALL SELECT block FROM (SELECT block FROM refs WHERE root = ? ORDER BY block LIMIT ${PAGE_BLOCKS})`
/** No keep, pin or ref of another root (one question mark). */
const UNNAMED = `kept = 0 AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id)
  AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id AND refs.root <> ?)`
const ROW = 'RETURNING cid, size, bytes IS NULL AS file'

/** Begins to let a root go; `trash`: what nothing else names waits there. */
export const beginRelease = (root: number, trash: boolean): Statement =>
  ['INSERT INTO releasing (root, trash) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM refs WHERE root = ?) ON CONFLICT DO NOTHING', root, trash ? 1 : 0, root]
/** Refuses the unit when the root is not being let go any more. */
export const stillReleasing = (root: number): Statement =>
  ['INSERT INTO guard SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM releasing WHERE root = ?)', root]

/** One page: what nothing but this root names goes to the trash; of what was damaged only the row goes. */
export const trashPage = (root: number, now: number): Statement[] => [
  [`UPDATE blocks SET state = ${TRASHED}, trashed = ? WHERE id IN (${PAGE}) AND state = ${HELD} AND ${UNNAMED} ${ROW}`, now, root, root, root],
  [`DELETE FROM blocks WHERE id IN (${PAGE}) AND state NOT IN (${HELD}, ${TRASHED}) AND ${UNNAMED} ${ROW}`, root, root, root]
]
/** One page: what nothing but this root names goes for good. */
export const dropPage = (root: number): Statement[] => [
  [`DELETE FROM blocks WHERE id IN (${PAGE}) AND state <> ${TRASHED} AND ${UNNAMED} ${ROW}`, root, root, root]
]
/** Ends a page; one row when there is another. */
export const endPage = (root: number): Statement[] => [
  [`DELETE FROM refs WHERE root = ? AND block IN (${PAGE})`, root, root, root],
  ['DELETE FROM releasing WHERE root = ? AND NOT EXISTS (SELECT 1 FROM refs WHERE root = ?)', root, root],
  ['SELECT 1 FROM releasing WHERE root = ?', root]
]

/** Takes a block out of the trash; in one unit with what names it. */
export const untrash = (cid: Uint8Array): Statement => [`UPDATE blocks SET state = ${HELD}, trashed = NULL WHERE cid = ? AND state = ${TRASHED}`, cid]
/** It was read: its time in the trash begins anew. */
export const readInTrash = (id: number, now: number): Statement => [`UPDATE blocks SET trashed = ? WHERE id = ? AND state = ${TRASHED}`, now, id]

/** Ids, oldest first, and sizes of what came into the trash until then. */
export const oldestTrash = (until: number, most: number): Statement =>
  ['SELECT id, size FROM blocks WHERE trashed <= ? ORDER BY trashed, id LIMIT ?', until, most]
/** Removes those of `ids` (JSON) that have been in the trash since then. */
export const dropTrash = (ids: string, until: number): Statement =>
  [`DELETE FROM blocks WHERE id IN (SELECT value FROM json_each(?)) AND state = ${TRASHED} AND trashed <= ? AND kept = 0
    AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id) AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id) ${ROW}`, ids, until]
