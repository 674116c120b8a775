import { idList, IN_IDS } from './entries.js'
import type { IndexDb, Statement } from '../engine/index-db.js'
import { IN_VAULT } from '../migrations/vault.js'

/** What is looked at of each entry of a revoked writer. */
export interface FlagRow { id: Uint8Array, tag: Uint8Array | null, void: number }

/** Admits, revokes and settings as signed, in the order of their arrival. */
export const vaultEntries = (db: IndexDb): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>(`SELECT entry FROM entries WHERE kind ${IN_VAULT} ORDER BY n`).map(({ entry }) => entry)

/** Settings as signed; entries of later versions that call themselves so too. */
export const settingEntries = (db: IndexDb): Uint8Array[] =>
  db.all<{ entry: Uint8Array }>(`SELECT entry FROM entries WHERE kind ${IN_VAULT} AND kind = 'setting'`).map(({ entry }) => entry)

export const flagsOfWriter = (db: IndexDb, writer: Uint8Array): FlagRow[] => db.all<FlagRow>('SELECT id, tag, void FROM entries WHERE writer = ?', writer)
export const flagsOf = (db: IndexDb, ids: Uint8Array[]): FlagRow[] => db.all<FlagRow>(`SELECT id, tag, void FROM entries WHERE id ${IN_IDS}`, idList(ids))
/** The writer of an entry, and its previous one. */
export const chainRow = (db: IndexDb, id: Uint8Array): { writer: Uint8Array, prev: Uint8Array | null, void: number } | undefined =>
  db.get('SELECT writer, prev, void FROM entries WHERE id = ?', id)

/** These entries are void now, and no heads. What else their tags mean is set apart from this. */
export function makeVoid (ids: Uint8Array[]): Statement[] {
  return ids.length === 0 ? [] : [[`UPDATE entries SET void = 1, head = 0 WHERE id ${IN_IDS}`, idList(ids)]]
}

/** These entries stay after all. */
export function unmakeVoid (ids: Uint8Array[]): Statement[] {
  return ids.length === 0 ? [] : [[`UPDATE entries SET void = 0 WHERE id ${IN_IDS}`, idList(ids)]]
}

export const removeMember = (peer: Uint8Array): Statement => ['DELETE FROM members WHERE peer = ?', peer]
/** The version that a tag's name means on this node. */
export const nameOfTag = (db: IndexDb, tag: Uint8Array): { version: Uint8Array, conflict: number } | undefined =>
  db.get('SELECT version, conflict FROM names WHERE tag = ?', tag)

/** Of this writer's entries the numbered one whose id lies between these; two at most. */
export const entriesBetween = (db: IndexDb, writer: Uint8Array, from: Uint8Array, to: Uint8Array): Array<{ id: Uint8Array, seq: number }> =>
  db.all('SELECT id, seq FROM entries WHERE id BETWEEN ? AND ? AND writer = ? AND seq > 0 LIMIT 2', from, to, writer)
