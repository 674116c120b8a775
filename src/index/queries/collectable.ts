import type { IndexDb, Statement } from '../engine/index-db.js'
import { REBUILT } from './node-state.js'

/** A dead root is a root of dead versions. */
export interface DeadRoot {
  root: Uint8Array
  /** Row number of the root's block, when the root names any block here. */
  block: number | null
  /** Own time (own-time.ts) at which this node learned that the last of its versions is dead. */
  since: number
  /** Stored bytes of the version. */
  bytes: number
  /** 1 when another version with this root is live. */
  alive: number
}

/**
 * Condition: a version (an entry with this root) is live, such as the newest of a name, or a mv or
 * restore that carried the root on.
 */
const ALIVE = (root: string): string => `EXISTS (SELECT 1 FROM entries AS e WHERE e.root = ${root} AND NOT EXISTS (SELECT 1 FROM dead AS d WHERE d.entry = e.id))`

/**
 * Returns a page of dead roots in their order after `after`, also roots of which no block is here.
 */
export const deadRoots = (db: IndexDb, after: Uint8Array, most: number): DeadRoot[] => db.all<DeadRoot>(`SELECT dead.root AS root, max(dead.since) AS since,
  (SELECT id FROM blocks WHERE cid = dead.root AND EXISTS (SELECT 1 FROM refs WHERE refs.root = blocks.id)) AS block,
  (SELECT bytes FROM entries WHERE root = dead.root LIMIT 1) AS bytes, ${ALIVE('dead.root')} AS alive
  FROM dead WHERE dead.root > ? GROUP BY dead.root ORDER BY dead.root LIMIT ?`, after, most)

/**
 * Refuses the unit unless every version with this root has been dead since `until` (own time) or
 * before.
 */
export const mustBeDead = (root: Uint8Array, until: number): Statement => [`INSERT INTO guard SELECT 0
  WHERE NOT EXISTS (SELECT 1 FROM dead WHERE root = ?) OR ${ALIVE('?')} OR EXISTS (SELECT 1 FROM dead WHERE root = ? AND since > ?)`, root, root, root, until]

/**
 * Refuses the unit on a node whose index was rebuilt and which has not finished a full sync since.
 */
export const mustBeWhole: Statement = ['INSERT INTO guard SELECT 0 WHERE EXISTS (SELECT 1 FROM node_state WHERE key = ?)', REBUILT]

/** A page of the counts below reads this many blocks. */
const PAGE_BLOCKS = 2048

interface Page { blocks: number, bytes: number, last: number | null }

/**
 * Counts the blocks that would go with this root if all garbage until `until` were collected; each
 * block counts with the first root that names it. `over` are the uploads (their `n`) that end. The
 * counts come in pages, since a root may name a million blocks.
 */
export function * goesWith (db: IndexDb, block: number, until: number, over: number[]): Generator<{ blocks: number, bytes: number }> {
  for (let after = -1; ;) {
    const page = db.get<Page>(`SELECT count(*) FILTER (WHERE goes) AS blocks, coalesce(sum(size) FILTER (WHERE goes), 0) AS bytes, max(id) AS last FROM (
      SELECT b.id AS id, b.size AS size, b.kept = 0 AND b.state = 0
        AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = b.id AND pins.upload NOT IN (SELECT value FROM json_each(?)))
        AND NOT EXISTS (SELECT 1 FROM refs AS other JOIN blocks AS o ON o.id = other.root WHERE other.block = b.id AND other.root <> refs.root
          AND (other.root < refs.root OR ${ALIVE('o.cid')} OR NOT EXISTS (SELECT 1 FROM dead WHERE root = o.cid) OR EXISTS (SELECT 1 FROM dead WHERE root = o.cid AND since > ?))) AS goes
      FROM refs JOIN blocks AS b ON b.id = refs.block WHERE refs.root = ? AND refs.block > ? ORDER BY refs.block LIMIT ${PAGE_BLOCKS})`,
    JSON.stringify(over), until, block, after)
    if (page?.last == null) return
    yield { blocks: page.blocks, bytes: page.bytes }
    after = page.last
  }
}

/** Counts the blocks that end with these uploads (their `n`): blocks that nothing else names. */
export const endsWith = (db: IndexDb, over: number[]): { blocks: number, bytes: number } => db.get<{ blocks: number, bytes: number }>(`SELECT count(*) AS blocks, coalesce(sum(size), 0) AS bytes FROM blocks
  WHERE id IN (SELECT block FROM pins WHERE upload IN (SELECT value FROM json_each(?))) AND kept = 0 AND state = 0
  AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)
  AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id AND pins.upload NOT IN (SELECT value FROM json_each(?)))`, JSON.stringify(over), JSON.stringify(over)) ?? { blocks: 0, bytes: 0 }
