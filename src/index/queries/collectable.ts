import type { IndexDb, Statement } from '../engine/index-db.js'
import { REBUILT } from './node-state.js'

/** A root that dead versions name. */
export interface DeadRoot {
  root: Uint8Array
  /** Id of its block, when anything of it is named by it here. */
  block: number | null
  /** Own time (own-time.ts) at which this node knew of the last of its versions that it is dead. */
  since: number
  /** Stored bytes of the version. */
  bytes: number
  /** 1 when another version that is not dead has this root. */
  alive: number
}

/** A version (an entry with this root) that is not dead: what a file means now, or a mv or restore that carried the root on. */
const ALIVE = (root: string): string => `EXISTS (SELECT 1 FROM entries AS e WHERE e.root = ${root} AND NOT EXISTS (SELECT 1 FROM dead AS d WHERE d.entry = e.id))`

/** Roots of dead versions, in their order, after this one; those of which nothing is here too. */
export const deadRoots = (db: IndexDb, after: Uint8Array, most: number): DeadRoot[] => db.all<DeadRoot>(`SELECT dead.root AS root, max(dead.since) AS since,
  (SELECT id FROM blocks WHERE cid = dead.root AND EXISTS (SELECT 1 FROM refs WHERE refs.root = blocks.id)) AS block,
  (SELECT bytes FROM entries WHERE root = dead.root LIMIT 1) AS bytes, ${ALIVE('dead.root')} AS alive
  FROM dead WHERE dead.root > ? GROUP BY dead.root ORDER BY dead.root LIMIT ?`, after, most)

/** Refuses the unit unless every version with this root has been dead since `until` (own time) or before. */
export const mustBeDead = (root: Uint8Array, until: number): Statement => [`INSERT INTO guard SELECT 0
  WHERE NOT EXISTS (SELECT 1 FROM dead WHERE root = ?) OR ${ALIVE('?')} OR EXISTS (SELECT 1 FROM dead WHERE root = ? AND since > ?)`, root, root, root, until]

/** Refuses the unit on a node whose index was made anew and who has not heard everything from another since. */
export const mustBeWhole: Statement = ['INSERT INTO guard SELECT 0 WHERE EXISTS (SELECT 1 FROM node_state WHERE key = ?)', REBUILT]

/** Blocks that a page of the counts below looks at. */
const PAGE_BLOCKS = 2048

interface Page { blocks: number, bytes: number, last: number | null }

/**
 * What would go with this root when everything goes that can go until `until`, each block counted with the first root that
 * names it; `over` are the uploads (their `n`) that end. In pages, since a root may name a million blocks.
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

/** What ends with these uploads (their `n`): blocks that nothing else names. */
export const endsWith = (db: IndexDb, over: number[]): { blocks: number, bytes: number } => db.get<{ blocks: number, bytes: number }>(`SELECT count(*) AS blocks, coalesce(sum(size), 0) AS bytes FROM blocks
  WHERE id IN (SELECT block FROM pins WHERE upload IN (SELECT value FROM json_each(?))) AND kept = 0 AND state = 0
  AND NOT EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)
  AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.block = blocks.id AND pins.upload NOT IN (SELECT value FROM json_each(?)))`, JSON.stringify(over), JSON.stringify(over)) ?? { blocks: 0, bytes: 0 }
