/** What the index knows of groups: where they lie, and what of them is here. A root stands for all groups of its version. */
import type { IndexDb, Statement } from '../engine/index-db.js'

export interface GroupRow {
  n: number
  /** CID of the version's root. */
  root: Uint8Array
  slot: number
  /** The most that a version with this root asks for by itself; 0: everybody; null: none does. */
  copies: number | null
  /** 1: a version with this root leaves it to the vault's setting. */
  plain: number
  /** Stored bytes of the version. */
  bytes: number
}

const COLUMNS = 'g.n, g.root, g.slot, g.copies, g.plain, g.bytes'
const LIVE = 'EXISTS (SELECT 1 FROM entries AS e WHERE e.root = g.root AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.entry = e.id))'
/** The id of the root's block where the root is finished. */
const OWN = '(SELECT b.id FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = g.root)'
/** Lost or in quarantine; the words of the index blocks_broken. */
const BROKEN = 'x.state IN (1, 2)'

/** Up to so many broken blocks what is held is told from them; with more from the refs of the root, of which it may have many. */
const FEW_BROKEN = 64
/** Numbers of groups that one page of the walks below looks at. */
const PAGE_GROUPS = 512
/** Groups that one question draws at random, and questions at most. */
const DRAWN_AT_ONCE = 256
const DRAWS = 64

// texts that are built at each look are hashed at each look, which takes as long as the look itself
const BY_ROOT = `SELECT ${COLUMNS} FROM groups AS g WHERE g.root = ? AND ${LIVE}`
const BY_NUMBER = `SELECT ${COLUMNS} FROM groups AS g WHERE g.n = ?`
const BY_SLOT = `SELECT ${COLUMNS} FROM groups AS g WHERE g.slot = ? AND ${LIVE} ORDER BY g.n`
const COUNT_BROKEN = `SELECT count(*) AS count FROM (SELECT 1 FROM blocks AS x WHERE ${BROKEN} LIMIT ${FEW_BROKEN + 1})`
const BROKEN_BY_REFS = `SELECT 1 AS yes FROM refs AS r CROSS JOIN blocks AS x ON x.id = r.block WHERE r.root = ? AND +${BROKEN} LIMIT 1`
const BROKEN_BY_BLOCKS = `SELECT 1 AS yes FROM blocks AS x CROSS JOIN refs AS r ON r.block = x.id WHERE r.root = ? AND ${BROKEN} LIMIT 1`

/** Of a live version. */
export const groupOfRoot = (db: IndexDb, root: Uint8Array): GroupRow | undefined => db.get<GroupRow>(BY_ROOT, root)

/** Whether its version is live or not. */
export const groupOfNumber = (db: IndexDb, n: number): GroupRow | undefined =>
  db.get<GroupRow>(BY_NUMBER, n)

/** Of live versions. */
export const groupsInSlot = (db: IndexDb, slot: number): GroupRow[] =>
  db.all<GroupRow>(BY_SLOT, slot)

/** Slots in `from` to `to`, both included, that have groups of live versions. */
export const slotsIn = (db: IndexDb, from: number, to: number): number[] =>
  db.all<{ slot: number }>(`SELECT DISTINCT g.slot AS slot FROM groups AS g WHERE g.slot BETWEEN ? AND ? AND ${LIVE} ORDER BY g.slot`, from, to).map(({ slot }) => slot)

/** All of it is here: the root is finished, and nothing below it was found lost or damaged. */
export function isHeldRoot (db: IndexDb, root: Uint8Array): boolean {
  const own = db.get<{ id: number }>('SELECT b.id AS id FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = ?', root)
  return own !== undefined && !isBroken(db, own.id)
}

/** Neither here nor to be brought: its user put it away. Of a live version. */
export const isAway = (db: IndexDb, root: Uint8Array): boolean => db.get(`SELECT 1 AS yes
  WHERE NOT EXISTS (SELECT 1 FROM missing WHERE root = ?)
  AND NOT EXISTS (SELECT 1 FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = ?)`, root, root) !== undefined

/** All live versions with this root are to be brought here. */
export const missingAgain = (root: Uint8Array): Statement => [`INSERT OR IGNORE INTO missing (entry, root, bytes, n)
  SELECT id, root, bytes, n FROM entries WHERE root = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.entry = entries.id)`, root]

/** Live groups that are held, in the order of their numbers; in pages, so that writes go on meanwhile. */
export function * heldGroups (db: IndexDb): Generator<GroupRow> {
  const last = lastNumber(db)
  for (let from = 1; from <= last; from += PAGE_GROUPS) {
    yield * held(db, `g.n BETWEEN ? AND ? AND ${OWN} IS NOT NULL ORDER BY g.n`, from, from + PAGE_GROUPS - 1)
  }
}

/**
 * So many held live groups drawn at random, each as likely as another, none twice; all where they are no more. The table
 * is not read for it: numbers are drawn and looked up. Where hardly any group of many is held it may give fewer.
 *
 * @param random 0..1, not 1
 */
export function sampleHeld (db: IndexDb, count: number, random: () => number, also: (row: GroupRow) => boolean = () => true): GroupRow[] {
  const last = lastNumber(db)
  if (last <= DRAWN_AT_ONCE * 4) return shuffled([...heldGroups(db)].filter(also), random).slice(0, count)
  const found = new Map<number, GroupRow>()
  for (let draw = 0; draw < DRAWS && found.size < count; draw++) {
    const drawn = Array.from({ length: DRAWN_AT_ONCE }, () => 1 + Math.min(last - 1, Math.floor(random() * last)))
    const rows = held(db, `g.n IN (SELECT value FROM json_each(?)) AND ${OWN} IS NOT NULL`, JSON.stringify(drawn))
    for (const row of shuffled(rows.filter((each) => !found.has(each.n) && also(each)), random).slice(0, count - found.size)) found.set(row.n, row)
  }
  return [...found.values()]
}

/** Finished roots below which blocks are lost or damaged, after this one. */
export const brokenRoots = (db: IndexDb, after: Uint8Array, most: number): Uint8Array[] => db.all<{ root: Uint8Array }>(`SELECT DISTINCT own.cid AS root
  FROM blocks AS x CROSS JOIN refs AS r ON r.block = x.id CROSS JOIN blocks AS own ON own.id = r.root
  WHERE ${BROKEN} AND own.cid > ? AND EXISTS (SELECT 1 FROM refs WHERE refs.root = own.id AND refs.block = own.id) ORDER BY own.cid LIMIT ?`, after, most).map(({ root }) => root)

const lastNumber = (db: IndexDb): number => db.get<{ n: number }>('SELECT coalesce(max(n), 0) AS n FROM groups')?.n ?? 0

function held (db: IndexDb, condition: string, ...params: Array<string | number>): GroupRow[] {
  const rows = db.all<GroupRow & { own: number }>(`SELECT ${COLUMNS}, ${OWN} AS own FROM groups AS g WHERE ${LIVE} AND ${condition}`, ...params)
  const broken = fewBroken(db)
  return rows.filter(({ own }) => broken === 0 || !isBroken(db, own, broken)).map(({ own: _, ...row }) => row)
}

/** How many blocks are broken, up to FEW_BROKEN + 1. */
const fewBroken = (db: IndexDb): number =>
  db.get<{ count: number }>(COUNT_BROKEN)?.count ?? 0

/** Something below the root with this id is. A root may name a million blocks: looked up from the side that has fewer. */
function isBroken (db: IndexDb, root: number, count = fewBroken(db)): boolean {
  if (count === 0) return false
  return db.get(count > FEW_BROKEN ? BROKEN_BY_REFS : BROKEN_BY_BLOCKS, root) !== undefined
}

function shuffled (rows: GroupRow[], random: () => number): GroupRow[] {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.min(i, Math.floor(random() * (i + 1)))
    const [a, b] = [rows[i], rows[j]]
    if (a !== undefined && b !== undefined) [rows[i], rows[j]] = [b, a]
  }
  return rows
}
