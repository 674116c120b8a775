/**
 * This file holds the SQL that writes blocks, one function a statement. Lists of blocks travel as
 * JSON of [CID in hex, size].
 */
import type { CID } from 'multiformats/cid'
import { PIN_MS } from '../../defaults.js'
import type { Statement } from '../engine/index-db.js'
import { HELD, TRASHED } from '../migrations/store.js'
import { toHex } from '../bytes-key.js'

/** `now` is the clock; `start` names this process in the rows of its uploads. */
interface Process { now: () => number, start: Uint8Array }

const UPLOAD_N = '(SELECT n FROM uploads WHERE id = ?)'
const LISTED = `json_each(?) AS j CROSS JOIN blocks AS b ON b.cid = unhex(j.value ->> 0) AND b.state = ${HELD}`

export interface ListedBlock { cid: CID, size: number }

/** Returns the parameter of the statements on lists. */
export function listOf (blocks: Iterable<ListedBlock>): string {
  return JSON.stringify(Array.from(blocks, ({ cid, size }) => [toHex(cid.bytes), size]))
}

/** Makes the row of an upload, or extends its time. */
export function ensureUpload ({ now, start }: Process, { id, writer, local }: { id: Uint8Array, writer: string, local: boolean }): Statement {
  return ['INSERT INTO uploads (id, writer, start, expires) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET expires = max(expires, excluded.expires)',
    id, writer, local ? start : null, now() + PIN_MS]
}

/**
 * Adds a block that is durable where it lies; `bytes` null means that it lies in a file. A row with
 * another state is corrected.
 */
export function insertBlock ({ now }: Pick<Process, 'now'>, cid: CID, size: number, bytes: Uint8Array | null, kept: boolean): Statement {
  return [`INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, ?, ${HELD}, ?, ?, ?) ON CONFLICT (cid) DO UPDATE SET
    state = ${HELD}, trashed = NULL, size = excluded.size, verified = excluded.verified, bytes = excluded.bytes, kept = max(kept, excluded.kept)`,
  cid.bytes, size, kept ? 1 : 0, now(), bytes]
}

/**
 * Adds a block that is there without a row, or with a row of another state; `verified` 0 means that
 * its bytes were not checked yet.
 */
export function adoptBlock (cid: CID, size: number, verified: number, bytes: Uint8Array | null): Statement {
  return [`INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, ?, ${HELD}, 0, ?, ?) ON CONFLICT (cid) DO UPDATE SET
    state = ${HELD}, size = excluded.size, verified = excluded.verified, bytes = excluded.bytes WHERE state <> ${HELD}`, cid.bytes, size, verified, bytes]
}

export function pinBlock (upload: Uint8Array, cid: CID): Statement {
  return [`INSERT OR IGNORE INTO pins SELECT ${UPLOAD_N}, id, 0 FROM blocks WHERE cid = ? AND state = ${HELD}`, upload, cid.bytes]
}

export const keepBlock = (cid: CID): Statement => [`UPDATE blocks SET kept = 1 WHERE cid = ? AND state = ${HELD}`, cid.bytes]
/** Returns one row when the block is held at that point of the transaction. */
export const isHeld = (cid: CID): Statement => [`SELECT 1 FROM blocks WHERE cid = ? AND state = ${HELD}`, cid.bytes]

export const pinListed = (upload: Uint8Array, list: string): Statement =>
  [`INSERT OR IGNORE INTO pins SELECT ${UPLOAD_N}, b.id, 0 FROM ${LISTED}`, upload, list]
/** Returns the place in the list and the size of each held block. */
export const heldListed = (list: string): Statement => [`SELECT j.key AS at, b.size AS size FROM ${LISTED}`, list]

/** Clears the marks before a finish visits the tree of the root again. */
export const forgetReached = (upload: Uint8Array): Statement => [`UPDATE pins SET reached = 0 WHERE upload = ${UPLOAD_N} AND reached = 1`, upload]
/** Pins and marks the held blocks of the list. */
export const reachListed = (upload: Uint8Array, list: string): Statement =>
  [`INSERT INTO pins SELECT ${UPLOAD_N}, b.id, 1 FROM ${LISTED} WHERE true ON CONFLICT DO UPDATE SET reached = 1`, upload, list]
/** Refuses the unit unless exactly `count` blocks of the list are held with their listed sizes. */
export const guardListed = (list: string, count: number): Statement =>
  [`INSERT INTO guard SELECT 0 WHERE (SELECT count(*) FROM ${LISTED} AND b.size = j.value ->> 1) <> ?`, list, count]

/**
 * Removes the pins of blocks that the root now names. The pins that stay are of blocks outside the
 * tree.
 */
export const unreach = (upload: Uint8Array): Statement => [`DELETE FROM pins WHERE upload = ${UPLOAD_N} AND reached = 1`, upload]

/** Makes the root name all marked blocks. */
export const refReached = (upload: Uint8Array, root: CID): Statement =>
  [`INSERT OR IGNORE INTO refs SELECT (SELECT id FROM blocks WHERE cid = ?), block FROM pins WHERE upload = ${UPLOAD_N} AND reached = 1`, root.bytes, upload]
/** Makes a root name itself, when it is the only block of its version. */
export const refItself = (root: CID): Statement => ['INSERT OR IGNORE INTO refs SELECT id, id FROM blocks WHERE cid = ?', root.bytes]

/** Removes the blocks that only this upload names. */
export const dropPinned = (upload: Uint8Array): Statement =>
  [`DELETE FROM blocks WHERE id IN (SELECT block FROM pins WHERE upload = ${UPLOAD_N}) AND kept = 0
    AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)
    AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id AND pins.upload <> ${UPLOAD_N})
    RETURNING cid, size, bytes IS NULL AS file`, upload, upload]
/** Makes the upload that keeps blocks which were adopted without a row. */
export const nobodysUpload = (upload: Uint8Array, expires: number): Statement =>
  ['INSERT OR IGNORE INTO uploads (id, writer, start, expires) VALUES (?, ?, NULL, ?)', upload, NOBODY, expires]
/** Writer of the uploads that keep adopted blocks: no stream of such a writer can end. */
export const NOBODY = 'unknown'
/** Moves the blocks that only this upload names to the trash. */
export const trashPinned = (upload: Uint8Array, now: number): Statement =>
  [`UPDATE blocks SET state = ${TRASHED}, trashed = ? WHERE id IN (SELECT block FROM pins WHERE upload = ${UPLOAD_N}) AND state = ${HELD} AND kept = 0
    AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)
    AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id AND pins.upload <> ${UPLOAD_N})
    RETURNING cid, size, bytes IS NULL AS file`, now, upload, upload]
/** Ends an upload; comes after `dropPinned` or `refReached`. */
export const endUpload = (upload: Uint8Array): Statement[] => [
  [`DELETE FROM pins WHERE upload = ${UPLOAD_N}`, upload],
  ['DELETE FROM uploads WHERE id = ?', upload]
]

/** Removes a block that was put without an upload, unless something names it. */
export const dropKept = (cid: CID): Statement[] => [
  ['UPDATE blocks SET kept = 0 WHERE cid = ?', cid.bytes],
  [`DELETE FROM blocks WHERE cid = ?
    AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)
    AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id)
    RETURNING cid, size, bytes IS NULL AS file`, cid.bytes]
]

export const setState = (id: number, state: number): Statement => ['UPDATE blocks SET state = ?, trashed = NULL, bytes = NULL WHERE id = ?', state, id]
export const dropRow = (id: number): Statement => ['DELETE FROM blocks WHERE id = ?', id]
export const setVerified = (id: number, time: number): Statement => ['UPDATE blocks SET verified = ? WHERE id = ?', time, id]
export const setExpiry = (upload: Uint8Array, time: number): Statement => ['UPDATE uploads SET expires = ? WHERE id = ?', time, upload]
export const unlinked = (cids: Uint8Array[]): Statement =>
  ['DELETE FROM unlinks WHERE cid IN (SELECT unhex(value) FROM json_each(?))', JSON.stringify(cids.map(toHex))]
