import { idList, IN_IDS } from './entries.js'
import type { IndexDb, Statement } from '../engine/index-db.js'
import { IN_VAULT } from '../migrations/vault.js'

/** The fields of a revoked writer's entry that its void mark depends on. */
export interface FlagRow { id: Uint8Array, tag: Uint8Array | null, void: number }

/** Returns admits, revokes and settings as signed, in the order of their arrival. */
export const vaultEntries = (db: IndexDb): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>(`SELECT entry FROM entries WHERE kind ${IN_VAULT} ORDER BY n`).map(({ entry }) => entry)

/** Returns settings as signed, also entries of later versions of the format with this kind. */
export const settingEntries = (db: IndexDb): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>(`SELECT entry FROM entries WHERE kind ${IN_VAULT} AND kind = 'setting'`).map(({ entry }) => entry)

export const flagsOfWriter = (db: IndexDb, writer: Uint8Array): FlagRow[] => db.all<FlagRow>('SELECT id, tag, void FROM entries WHERE writer = ?', writer)
export const flagsOf = (db: IndexDb, ids: Uint8Array[]): FlagRow[] => db.all<FlagRow>(`SELECT id, tag, void FROM entries WHERE id ${IN_IDS}`, idList(ids))
/** Returns the writer of an entry, its previous entry and its void mark. */
export const chainRow = (db: IndexDb, id: Uint8Array): { writer: Uint8Array, prev: Uint8Array | null, void: number } | undefined =>
  db.get('SELECT writer, prev, void FROM entries WHERE id = ?', id)

/** Marks these entries as void and no heads. Other statements correct the rest of their tags. */
export function makeVoid (ids: Uint8Array[]): Statement[] {
  return ids.length === 0 ? [] : [[`UPDATE entries SET void = 1, head = 0 WHERE id ${IN_IDS}`, idList(ids)]]
}

/** Removes the void mark of these entries. */
export function unmakeVoid (ids: Uint8Array[]): Statement[] {
  return ids.length === 0 ? [] : [[`UPDATE entries SET void = 0 WHERE id ${IN_IDS}`, idList(ids)]]
}

export const removeMember = (peer: Uint8Array): Statement => ['DELETE FROM members WHERE peer = ?', peer]
/** Returns the version that the name of a tag has on this node. */
export const nameOfTag = (db: IndexDb, tag: Uint8Array): { version: Uint8Array, conflict: number } | undefined =>
  db.get('SELECT version, conflict FROM names WHERE tag = ?', tag)

/** Returns at most two numbered entries of this writer whose ids lie between these. */
export const entriesBetween = (db: IndexDb, writer: Uint8Array, from: Uint8Array, to: Uint8Array): Array<{ id: Uint8Array, seq: number }> =>
  db.all('SELECT id, seq FROM entries WHERE id BETWEEN ? AND ? AND writer = ? AND seq > 0 LIMIT 2', from, to, writer)
