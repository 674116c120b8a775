/** The block store reads these rows of its blocks. blocks.ts and release.ts write them. */
import type { CID } from 'multiformats/cid'
import { toHex } from '../bytes-key.js'
import type { IndexDb } from '../engine/index-db.js'
import { HELD, LOST, QUARANTINED } from '../migrations/store.js'
import { heldListed, listOf, NOBODY, type ListedBlock } from './blocks.js'
import { REBUILT } from './node-state.js'
import { oldestTrash } from './release.js'

export interface BlockRow {
  id: number
  size: number
  state: number
  kept: number
  verified: number
  /**
   * Time at which the block came into the trash, or was last read there, milliseconds since 1970.
   */
  trashed: number | null
  /** 1 when the bytes lie in a file. */
  file: number
}

/** A number of blocks and the sum of their sizes. */
export interface BlockTotals { blocks: number, bytes: number }

/** A window covers row numbers `after` < n <= `upTo`. */
export interface Window { after: number, upTo: number }

const ROW = 'SELECT id, size, state, kept, verified, trashed, bytes IS NULL AS file FROM blocks WHERE cid = ?'

export const blockRow = (db: IndexDb, cid: CID): BlockRow | undefined => db.get<BlockRow>(ROW, cid.bytes)

/** Returns the bytes of a block that lies in the index. */
export const innerBytes = (db: IndexDb, id: number): Uint8Array | undefined =>
  db.get<{ bytes: Uint8Array | null }>('SELECT bytes FROM blocks WHERE id = ?', id)?.bytes ?? undefined

/** Yields windows of `rows` row numbers over all present blocks. */
export function * windows (db: IndexDb, rows: number): Generator<Window> {
  const last = db.get<{ id: number | null }>('SELECT max(id) AS id FROM blocks')?.id ?? 0
  for (let after = 0; after < last; after += rows) yield { after, upTo: after + rows }
}

/** Returns blocks that finished roots name and that are lost or in quarantine. */
export const namedAndNotHeld = (db: IndexDb, { after, upTo }: Window): Array<{ cid: Uint8Array, state: number }> =>
  db.all(`SELECT cid, state FROM blocks WHERE id > ? AND id <= ? AND state IN (${LOST}, ${QUARANTINED})
    AND EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)`, after, upTo)

export const lostBlocks = (db: IndexDb, { after, upTo }: Window): Array<{ cid: Uint8Array }> =>
  db.all(`SELECT cid FROM blocks WHERE id > ? AND id <= ? AND state = ${LOST}`, after, upTo)

/**
 * Returns held blocks whose hash was last right before `before`, or after `now`: the clock may have
 * been ahead.
 */
export const unverifiedBlocks = (db: IndexDb, { after, upTo }: Window, before: number, now: number): Array<{ cid: Uint8Array }> =>
  db.all(`SELECT cid FROM blocks WHERE id > ? AND id <= ? AND state = ${HELD} AND (verified < ? OR verified > ?)`, after, upTo, before, now)

/** Returns a page of the held blocks behind row number `after`. */
export const heldAfter = (db: IndexDb, after: number, most: number): Array<{ id: number, cid: Uint8Array, size: number }> =>
  db.all(`SELECT id, cid, size FROM blocks WHERE id > ? AND state = ${HELD} ORDER BY id LIMIT ?`, after, most)

/** Returns the places in `cids` of blocks without a row, or with a row that says lost. */
export const withoutRow = (db: IndexDb, cids: readonly CID[]): number[] =>
  db.all<{ at: number }>(`SELECT j.key AS at FROM json_each(?) AS j
    WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE cid = unhex(j.value) AND state <> ${LOST})`, JSON.stringify(cids.map(({ bytes }) => toHex(bytes)))).map(({ at }) => at)

/** Returns true when a file of this block is about to be removed. */
export const isUnlinked = (db: IndexDb, cid: CID): boolean => db.get('SELECT 1 FROM unlinks WHERE cid = ?', cid.bytes) !== undefined

/** Returns a page of the files that are about to be removed, behind `after`. */
export const unlinkedAfter = (db: IndexDb, after: Uint8Array, most: number): Array<{ cid: Uint8Array }> =>
  db.all('SELECT cid FROM unlinks WHERE cid > ? ORDER BY cid LIMIT ?', after, most)

/** Returns true when some block lies in a file. */
export const hasFiles = (db: IndexDb): boolean => db.get('SELECT 1 FROM blocks WHERE bytes IS NULL LIMIT 1') !== undefined

/** Returns the sizes of the held ones of `blocks`, by their place in `blocks`. */
export const heldSizes = (db: IndexDb, blocks: Iterable<ListedBlock>): Map<number, number> => {
  const [sql, ...params] = heldListed(listOf(blocks))
  return new Map(db.all<{ at: number, size: number }>(sql, ...params).map(({ at, size }) => [at, size]))
}

export const heldSize = (db: IndexDb, cid: CID): number | undefined =>
  db.get<{ size: number }>(`SELECT size FROM blocks WHERE cid = ? AND state = ${HELD}`, cid.bytes)?.size

/**
 * Returns whether a root was finished here, and whether a block below it is not held. Undefined
 * means that the root has no row.
 */
export const rootState = (db: IndexDb, root: CID): { finished: boolean, broken: boolean } | undefined => {
  const row = db.get<{ named: number, broken: number }>(`SELECT
    EXISTS (SELECT 1 FROM refs WHERE root = r.id AND block = r.id) AS named,
    EXISTS (SELECT 1 FROM refs JOIN blocks AS b ON b.id = refs.block WHERE refs.root = r.id AND b.state <> ${HELD}) AS broken
    FROM blocks AS r WHERE r.cid = ?`, root.bytes)
  return row === undefined ? undefined : { finished: row.named === 1, broken: row.broken === 1 }
}

/**
 * Returns the row number of a finished root. Undefined means that the root has no ref of its own:
 * it was never finished here, or is being released.
 */
export const finishedRoot = (db: IndexDb, root: CID): number | undefined =>
  db.get<{ id: number }>('SELECT id FROM blocks WHERE cid = ? AND EXISTS (SELECT 1 FROM refs WHERE root = blocks.id AND block = blocks.id)', root.bytes)?.id

/** Returns a page of the blocks that a finished root names, behind block number `after`. */
export const belowRoot = (db: IndexDb, root: number, after: number, most: number): Array<{ block: number, cid: Uint8Array }> =>
  db.all('SELECT refs.block AS block, b.cid AS cid FROM refs JOIN blocks AS b ON b.id = refs.block WHERE refs.root = ? AND refs.block > ? ORDER BY refs.block LIMIT ?', root, after, most)

export const countBelow = (db: IndexDb, root: number): number => db.get<{ n: number }>('SELECT count(*) AS n FROM refs WHERE root = ?', root)?.n ?? 0

/** Returns the block at a place (from 0) among the blocks that a finished root names. */
export const blockAtPlace = (db: IndexDb, root: number, place: number): Uint8Array | undefined =>
  db.get<{ cid: Uint8Array }>('SELECT b.cid AS cid FROM (SELECT block FROM refs WHERE root = ? ORDER BY block LIMIT 1 OFFSET ?) AS drawn JOIN blocks AS b ON b.id = drawn.block', root, place)?.cid

/** Returns finished roots that name this block. */
export const rootsNaming = (db: IndexDb, cid: CID): Array<{ cid: Uint8Array }> =>
  db.all(`SELECT r.cid AS cid FROM blocks AS b JOIN refs ON refs.block = b.id
    JOIN blocks AS r ON r.id = refs.root WHERE b.cid = ? AND EXISTS (SELECT 1 FROM refs AS own WHERE own.root = r.id AND own.block = r.id)`, cid.bytes)

export const namesBlock = (db: IndexDb, root: CID, cid: CID): boolean =>
  db.get('SELECT 1 FROM refs WHERE root = (SELECT id FROM blocks WHERE cid = ?) AND block = (SELECT id FROM blocks WHERE cid = ?)', root.bytes, cid.bytes) !== undefined

export const heldTotals = (db: IndexDb): BlockTotals => db.get<BlockTotals>('SELECT blocks, bytes FROM totals') ?? { blocks: 0, bytes: 0 }
export const trashTotals = (db: IndexDb): BlockTotals => db.get<BlockTotals>('SELECT blocks, bytes FROM trash_totals') ?? { blocks: 0, bytes: 0 }
/** Returns the bytes of the database without the blocks that lie in it. */
export const indexBytes = (db: IndexDb): number => Math.max(0, db.filled() - (db.get<{ bytes: number }>('SELECT bytes FROM inner_totals')?.bytes ?? 0))

/** Returns totals of the blocks that came into the trash until `time`. */
export const trashUntil = (db: IndexDb, time: number): BlockTotals =>
  db.get<BlockTotals>('SELECT count(*) AS blocks, coalesce(sum(size), 0) AS bytes FROM blocks WHERE trashed <= ?', time) ?? { blocks: 0, bytes: 0 }
/** Returns the time at which the last block came into the trash. */
export const lastTrashed = (db: IndexDb): number | undefined =>
  db.get<{ last: number | null }>('SELECT max(trashed) AS last FROM blocks WHERE trashed IS NOT NULL')?.last ?? undefined
/** Returns the oldest blocks that came into the trash until `until`. */
export const oldestInTrash = (db: IndexDb, until: number, most: number): Array<{ id: number, size: number }> => {
  const [sql, ...params] = oldestTrash(until, most)
  return db.all(sql, ...params)
}

export const writerOfUpload = (db: IndexDb, upload: Uint8Array): string | undefined => db.get<{ writer: string }>('SELECT writer FROM uploads WHERE id = ?', upload)?.writer
/** Returns true when the upload keeps blocks that were adopted without a row. */
export const isNobodys = (db: IndexDb, upload: Uint8Array): boolean => db.get('SELECT 1 FROM uploads WHERE id = ? AND writer = ?', upload, NOBODY) !== undefined
/**
 * Returns uploads of other members whose time is over, or none while the index is a rebuilt one.
 */
export const uploadsOver = (db: IndexDb, now: number): Array<{ n: number, id: Uint8Array }> =>
  db.all('SELECT n, id FROM uploads WHERE start IS NULL AND expires < ? AND NOT EXISTS (SELECT 1 FROM node_state WHERE key = ?)', now, REBUILT)
/** Returns local uploads of processes other than `start`. */
export const uploadsOfOthers = (db: IndexDb, start: Uint8Array): Array<{ id: Uint8Array }> => db.all('SELECT id FROM uploads WHERE start <> ?', start)

/** Returns a release that was interrupted. */
export const nextReleasing = (db: IndexDb): { root: number, trash: number } | undefined => db.get('SELECT root, trash FROM releasing LIMIT 1')
