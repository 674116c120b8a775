/**
 * The index knows the slots of groups and which groups are held here. A root stands for all groups
 * of its version.
 */
import type { IndexDb, Statement } from '../engine/index-db.js'

export interface GroupRow {
  n: number
  /** CID of the version's root. */
  root: Uint8Array
  slot: number
  /**
   * Highest number of copies that a version with this root asks for; 0: all members; null: no
   * version asks.
   */
  copies: number | null
  /** 1: a version with this root leaves the number of copies to the vault's setting. */
  plain: number
  /** Stored bytes of the version. */
  bytes: number
}

const COLUMNS = 'g.n, g.root, g.slot, g.copies, g.plain, g.bytes'
const LIVE = 'EXISTS (SELECT 1 FROM entries AS e WHERE e.root = g.root AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.entry = e.id))'
/** Selects the row number of the root's block where the root is finished. */
const OWN = '(SELECT b.id FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = g.root)'
/** Condition: lost or in quarantine. The text must equal that of the index blocks_broken. */
const BROKEN = 'x.state IN (1, 2)'

/**
 * Up to this many broken blocks, the query starts from the broken blocks; with more it starts from
 * the refs of the root, which may be many.
 */
const FEW_BROKEN = 64
/** One page of the loops below reads this many group numbers. */
const PAGE_GROUPS = 512
/** One query draws this many groups at random, and at most DRAWS queries run. */
const DRAWN_AT_ONCE = 256
const DRAWS = 64

// a text that is built at each call is hashed at each call, which takes as long as the query itself
const BY_ROOT = `SELECT ${COLUMNS} FROM groups AS g WHERE g.root = ? AND ${LIVE}`
const BY_NUMBER = `SELECT ${COLUMNS} FROM groups AS g WHERE g.n = ?`
const BY_SLOT = `SELECT ${COLUMNS} FROM groups AS g WHERE g.slot = ? AND ${LIVE} ORDER BY g.n`
const COUNT_BROKEN = `SELECT count(*) AS count FROM (SELECT 1 FROM blocks AS x WHERE ${BROKEN} LIMIT ${FEW_BROKEN + 1})`
const BROKEN_BY_REFS = `SELECT 1 AS yes FROM refs AS r CROSS JOIN blocks AS x ON x.id = r.block WHERE r.root = ? AND +${BROKEN} LIMIT 1`
const BROKEN_BY_BLOCKS = `SELECT 1 AS yes FROM blocks AS x CROSS JOIN refs AS r ON r.block = x.id WHERE r.root = ? AND ${BROKEN} LIMIT 1`

/** Returns the group of a live version. */
export const groupOfRoot = (db: IndexDb, root: Uint8Array): GroupRow | undefined => db.get<GroupRow>(BY_ROOT, root)

/** Returns a group whether its version is live or not. */
export const groupOfNumber = (db: IndexDb, n: number): GroupRow | undefined =>
  db.get<GroupRow>(BY_NUMBER, n)

/** Returns groups of live versions. */
export const groupsInSlot = (db: IndexDb, slot: number): GroupRow[] =>
  db.all<GroupRow>(BY_SLOT, slot)

/** Returns the slots in `from` to `to`, both included, that have groups of live versions. */
export const slotsIn = (db: IndexDb, from: number, to: number): number[] =>
  db.all<{ slot: number }>(`SELECT DISTINCT g.slot AS slot FROM groups AS g WHERE g.slot BETWEEN ? AND ? AND ${LIVE} ORDER BY g.slot`, from, to).map(({ slot }) => slot)

/** Returns true when the root is finished and no block below it is known as lost or damaged. */
export function isHeldRoot (db: IndexDb, root: Uint8Array): boolean {
  const own = db.get<{ id: number }>('SELECT b.id AS id FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = ?', root)
  return own !== undefined && !isBroken(db, own.id)
}

/**
 * Returns true when the version is neither here nor to be fetched, because its user put it away.
 * The version must be live.
 */
export const isAway = (db: IndexDb, root: Uint8Array): boolean => db.get(`SELECT 1 AS yes
  WHERE NOT EXISTS (SELECT 1 FROM missing WHERE root = ?)
  AND NOT EXISTS (SELECT 1 FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id WHERE b.cid = ?)`, root, root) !== undefined

/** Marks all live versions with this root as missing. */
export const missingAgain = (root: Uint8Array): Statement => [`INSERT OR IGNORE INTO missing (entry, root, bytes, n)
  SELECT id, root, bytes, n FROM entries WHERE root = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.entry = entries.id)`, root]

/** Yields held live groups in the order of their numbers. Pages let writes go on meanwhile. */
export function * heldGroups (db: IndexDb): Generator<GroupRow> {
  const last = lastNumber(db)
  for (let from = 1; from <= last; from += PAGE_GROUPS) {
    yield * held(db, `g.n BETWEEN ? AND ? AND ${OWN} IS NOT NULL ORDER BY g.n`, from, from + PAGE_GROUPS - 1)
  }
}

/**
 * Returns `count` held live groups drawn at random, each as likely as another, none twice; all of
 * them where there are no more. Numbers are drawn and looked up, so the table is not read as a
 * whole. Where hardly any of many groups is held, the result may be shorter.
 * @param random from 0 to below 1
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

/** Returns finished roots after `after` below which blocks are lost or damaged. */
export const brokenRoots = (db: IndexDb, after: Uint8Array, most: number): Uint8Array[] => db.all<{ root: Uint8Array }>(`SELECT DISTINCT own.cid AS root
  FROM blocks AS x CROSS JOIN refs AS r ON r.block = x.id CROSS JOIN blocks AS own ON own.id = r.root
  WHERE ${BROKEN} AND own.cid > ? AND EXISTS (SELECT 1 FROM refs WHERE refs.root = own.id AND refs.block = own.id) ORDER BY own.cid LIMIT ?`, after, most).map(({ root }) => root)

const lastNumber = (db: IndexDb): number => db.get<{ n: number }>('SELECT coalesce(max(n), 0) AS n FROM groups')?.n ?? 0

function held (db: IndexDb, condition: string, ...params: Array<string | number>): GroupRow[] {
  const rows = db.all<GroupRow & { own: number }>(`SELECT ${COLUMNS}, ${OWN} AS own FROM groups AS g WHERE ${LIVE} AND ${condition}`, ...params)
  const broken = fewBroken(db)
  return rows.filter(({ own }) => broken === 0 || !isBroken(db, own, broken)).map(({ own: _, ...row }) => row)
}

/** Counts the broken blocks, up to FEW_BROKEN + 1. */
const fewBroken = (db: IndexDb): number =>
  db.get<{ count: number }>(COUNT_BROKEN)?.count ?? 0

/**
 * Returns true when a block below the root with this row number is broken. A root may name a
 * million blocks, so the query starts from the side that has fewer.
 */
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
