import type { IndexDb, Statement } from '../engine/index-db.js'
import { IN_VAULT } from '../migrations/vault.js'

export interface EntryRow {
  id: Uint8Array
  kind: string
  writer: Uint8Array
  seq: number
  /** Id of the writer's previous entry; null for an unknown kind. */
  prev: Uint8Array | null
  tag: Uint8Array | null
  clock: number | null
  /** The 32-byte ids in `after`, one behind the other. */
  parents: Uint8Array | null
  root: Uint8Array | null
  bytes: number | null
  /** The entry as signed. */
  entry: Uint8Array
}

/** An entry with its void mark. */
export type VoidRow = EntryRow & { void: number }

export interface NameRow {
  name: string
  tag: Uint8Array
  version: Uint8Array
  root: Uint8Array
  bytes: number
  size: number
  mtime: number | null
  type: string | null
  time: number
  conflict: number
}

const INSERT = 'INSERT OR IGNORE INTO entries (id, kind, writer, seq, prev, tag, clock, parents, root, bytes, entry, head, waiting, void) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const NAME = `INSERT INTO names (name, tag, version, root, bytes, size, mtime, type, time, conflict) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET tag = excluded.tag, version = excluded.version, root = excluded.root, bytes = excluded.bytes, size = excluded.size,
    mtime = excluded.mtime, type = excluded.type, time = excluded.time, conflict = excluded.conflict`
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** Returns ids as the value of one question mark, for `IN_IDS`. */
export const idList = (ids: Uint8Array[]): string => JSON.stringify(ids.map(hex))
export const IN_IDS = 'IN (SELECT unhex(value) FROM json_each(?))'

const [HEADS, WAITING] = [1, 2].map((place) => `(id IN (SELECT unhex(value) FROM json_each(?${place})))`)
const STANDING = `UPDATE entries SET head = ${HEADS}, waiting = ${WAITING} WHERE tag = ?3 AND (head <> ${HEADS} OR waiting <> ${WAITING})`
const FOLLOWED = `UPDATE entries SET head = 0 WHERE head = 1 AND id ${IN_IDS}`

export function insertEntry (row: EntryRow, head = false, isVoid = false, waits = false): Statement {
  return [INSERT, row.id, row.kind, row.writer, row.seq, row.prev, row.tag, row.clock, row.parents, row.root, row.bytes, row.entry, head ? 1 : 0, waits ? 1 : 0, isVoid ? 1 : 0]
}

/** Marks exactly these entries of the tag as its heads, and exactly these as waiting. */
export function setStanding (tag: Uint8Array, heads: Uint8Array[], waiting: Uint8Array[]): Statement {
  return [STANDING, idList(heads), idList(waiting), tag]
}

/** Removes the head mark of these entries. */
export function followed (ids: Uint8Array[]): Statement[] {
  return ids.length === 0 ? [] : [[FOLLOWED, idList(ids)]]
}

/** Writes the row of a name; undefined removes it, since the name has no newest version. */
export function setName (tag: Uint8Array, row: NameRow | undefined): Statement {
  if (row === undefined) return ['DELETE FROM names WHERE tag = ?', tag]
  return [NAME, row.name, row.tag, row.version, row.root, row.bytes, row.size, row.mtime, row.type, row.time, row.conflict]
}

export const entryById = (db: IndexDb, id: Uint8Array): EntryRow | undefined => db.get<EntryRow>('SELECT * FROM entries WHERE id = ?', id)
export const hasEntry = (db: IndexDb, id: Uint8Array): boolean => db.get('SELECT 1 AS yes FROM entries WHERE id = ?', id) !== undefined
export const entriesOfTag = (db: IndexDb, tag: Uint8Array): VoidRow[] => db.all<VoidRow>('SELECT * FROM entries WHERE tag = ?', tag)
/** Returns the ids of all puts and restores of the tag. */
export const contentIds = (db: IndexDb, tag: Uint8Array): Uint8Array[] =>
  db.all<{ id: Uint8Array }>('SELECT id FROM entries WHERE tag = ? AND root IS NOT NULL', tag).map(({ id }) => id)
/**
 * A glimpse says which of some ids and tags are here; each is the text of its bytes
 * (protocols/vault/standing.ts, `keyOf`).
 */
export interface Glimpse { ids: Set<string>, tags: Set<string> }

/** Returns which of these ids, and which of these tags, have an entry. */
export function knownAmong (db: IndexDb, ids: Uint8Array[], tags: Uint8Array[]): Glimpse {
  const among = (column: 'id' | 'tag', values: Uint8Array[]): Set<string> => new Set(values.length === 0
    ? []
    : db.all<{ value: Uint8Array }>(`SELECT unhex(value) AS value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM entries WHERE ${column} = unhex(value))`, idList(values))
      .map(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')))
  return { ids: among('id', ids), tags: among('tag', tags) }
}

/** Counts the entries. Removed entries of unknown kinds do not count. */
export const countEntries = (db: IndexDb): number => db.get<{ n: number }>('SELECT coalesce(sum(count), 0) AS n FROM digests WHERE length(prefix) = 2')?.n ?? 0

/** Returns a condition on `kind`: the vault kinds, or all others. */
export const ofSet = (vault: boolean): string => `kind ${vault ? '' : 'NOT '}${IN_VAULT}`

/** One page of `entriesInOrder` reads this many entries. */
const PAGE_ENTRIES = 256

/**
 * Yields entries of the vault kinds, or all others, as signed, in the order of their arrival. Pages
 * let writes go on meanwhile.
 */
export function * entriesInOrder (db: IndexDb, vault: boolean): Generator<Uint8Array> {
  for (let after = -1; ;) {
    const page = db.all<{ n: number, entry: Uint8Array }>(`SELECT n, entry FROM entries WHERE n > ? AND ${ofSet(vault)} ORDER BY n LIMIT ${PAGE_ENTRIES}`, after)
    for (const { entry } of page) yield entry
    const last = page.at(-1)
    if (last === undefined) return
    after = last.n
  }
}

/**
 * Yields all entries as signed, those of vault kinds first, each group in the order of its arrival.
 */
export function * allEntries (db: IndexDb): Generator<Uint8Array> {
  yield * entriesInOrder(db, true)
  yield * entriesInOrder(db, false)
}

/** Returns the entry of a writer with the highest number, or undefined when it wrote none. */
export function lastOfWriter (db: IndexDb, writer: Uint8Array): { id: Uint8Array, seq: number } | undefined {
  return db.get<{ id: Uint8Array, seq: number }>('SELECT id, seq FROM entries WHERE writer = ? ORDER BY seq DESC, id DESC LIMIT 1', writer)
}

export const nameRow = (db: IndexDb, name: string): NameRow | undefined => db.get<NameRow>('SELECT * FROM names WHERE name = ?', name)
export const totals = (db: IndexDb): { files: number, bytes: number } =>
  db.get<{ files: number, bytes: number }>('SELECT files, bytes FROM name_totals') ?? { files: 0, bytes: 0 }

export const entriesOfRoot = (db: IndexDb, root: Uint8Array): Array<{ id: Uint8Array, entry: Uint8Array }> => db.all('SELECT id, entry FROM entries WHERE root = ?', root)
/** Returns names that match an SQL pattern in which `\\` escapes. */
export const namesLike = (db: IndexDb, pattern: string, most: number): string[] =>
  db.all<{ name: string }>("SELECT name FROM names WHERE name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?", pattern, most).map(({ name }) => name)
/** Counts the entries of kinds that this version does not know. */
export const countUnknown = (db: IndexDb): number =>
  db.get<{ n: number }>("SELECT count(*) AS n FROM entries WHERE kind NOT IN ('put', 'restore', 'delete', 'forget', 'admit', 'revoke', 'setting')")?.n ?? 0
/** Returns row numbers, in no order. */
export const placesOf = (db: IndexDb, ids: Uint8Array[]): number[] => db.all<{ n: number }>(`SELECT n FROM entries WHERE id ${IN_IDS}`, idList(ids)).map(({ n }) => n)
/** Returns row numbers of the entries whose ids lie between two, both included. */
export const placesBetween = (db: IndexDb, vault: boolean, from: Uint8Array = new Uint8Array(), to: Uint8Array = new Uint8Array()): number[] =>
  db.all<{ n: number }>(`SELECT n FROM entries WHERE id BETWEEN ? AND ? AND ${ofSet(vault)}`, from, to).map(({ n }) => n)
/** Returns the entries at these row numbers, in their order. */
export const entriesAt = (db: IndexDb, places: number[]): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>('SELECT entry FROM entries WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n', JSON.stringify(places)).map(({ entry }) => entry)
