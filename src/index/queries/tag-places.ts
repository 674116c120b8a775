import { idList, type EntryRow } from './entries.js'
import type { IndexDb, Statement } from '../engine/index-db.js'

/** The place of an entry in its history. `head` is 2 of a covered void entry, which is no head. */
export interface PlaceRow { id: Uint8Array, tag: Uint8Array | null, kind: string, clock: number | null, parents: Uint8Array | null, head: number, waiting: number, void: number }
export interface HeadRow { id: Uint8Array, kind: string, clock: number }

const NEWEST_FIRST = "ORDER BY kind = 'delete', clock DESC, id DESC"

export const placeOf = (db: IndexDb, id: Uint8Array): PlaceRow | undefined =>
  db.get<PlaceRow>('SELECT id, tag, kind, clock, parents, head, waiting, void FROM entries WHERE id = ?', id)
/** Returns the places of all puts, restores, deletes and forgets of the tag. */
export const placesOfTag = (db: IndexDb, tag: Uint8Array): PlaceRow[] =>
  db.all<PlaceRow>('SELECT id, tag, kind, clock, parents, head, waiting, void FROM entries WHERE tag = ?', tag)
/** Returns at most `most` heads of a tag, the newest first. */
export const headsOfTag = (db: IndexDb, tag: Uint8Array, most: number): EntryRow[] =>
  db.all<EntryRow>(`SELECT * FROM entries WHERE tag = ? AND head = 1 ${NEWEST_FIRST} LIMIT ?`, tag, most)
/** Returns heads of a tag, the newest first, after the first `skip` ones. */
export const headsFrom = (db: IndexDb, tag: Uint8Array, skip: number, most: number): HeadRow[] =>
  db.all<HeadRow>(`SELECT id, kind, clock FROM entries WHERE tag = ? AND head = 1 ${NEWEST_FIRST} LIMIT ? OFFSET ?`, tag, most, skip)

const ids = (rows: Array<{ entry: Uint8Array }>): Uint8Array[] => rows.map(({ entry }) => entry)
/** Returns entries that wait for `parent`. */
export const waitersOf = (db: IndexDb, parent: Uint8Array, most: number): Uint8Array[] => ids(db.all('SELECT entry FROM awaits WHERE parent = ? LIMIT ?', parent, most))
/** Returns applied entries of the tag for which other entries may still wait. */
export const unsettledOf = (db: IndexDb, tag: Uint8Array, most: number): Uint8Array[] => ids(db.all('SELECT entry FROM unsettled WHERE tag = ? LIMIT ?', tag, most))
export const unsettledTags = (db: IndexDb): Uint8Array[] => db.all<{ tag: Uint8Array }>('SELECT DISTINCT tag FROM unsettled').map(({ tag }) => tag)

const list = (sql: string, ids: Uint8Array[], ...more: Uint8Array[]): Statement[] => ids.length === 0 ? [] : [[sql, ...more, idList(ids)]]
const IN_LIST = 'IN (SELECT unhex(value) FROM json_each(?))'

/** Notes that each of these entries waits for its parent. */
export const waitFor = (pairs: Array<{ parent: Uint8Array, entry: Uint8Array }>): Statement[] =>
  pairs.map(({ parent, entry }) => ['INSERT OR IGNORE INTO awaits (parent, entry) VALUES (?, ?)', parent, entry])
/** Notes that these entries wait for `parent` no more. */
export const waitsNoMore = (parent: Uint8Array, entries: Uint8Array[]): Statement[] => list(`DELETE FROM awaits WHERE parent = ? AND entry ${IN_LIST}`, entries, parent)
export const unsettle = (tag: Uint8Array, entries: Uint8Array[]): Statement[] => list('INSERT OR IGNORE INTO unsettled SELECT ?, unhex(value) FROM json_each(?)', entries, tag)
export const settled = (tag: Uint8Array, entries: Uint8Array[]): Statement[] => list(`DELETE FROM unsettled WHERE tag = ? AND entry ${IN_LIST}`, entries, tag)
/** Notes that these entries, which waited, are applied, as heads or not. */
export const nowApplied = (entries: Uint8Array[], head: boolean): Statement[] => list(`UPDATE entries SET waiting = 0, head = ${head ? 1 : 0} WHERE id ${IN_LIST}`, entries)
/** Notes that these void entries are covered. */
export const nowCovered = (entries: Uint8Array[]): Statement[] => list(`UPDATE entries SET head = 2 WHERE void = 1 AND id ${IN_LIST}`, entries)
