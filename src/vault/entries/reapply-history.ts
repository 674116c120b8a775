import { setImmediate as nextTurn } from 'node:timers/promises'
import { equal } from '../../../protocols/block/hash.js'
import { applyHistory, type HistoryEntry } from '../../../protocols/vault/history.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { setName, setStanding, type EntryRow, type NameRow, type VoidRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { placesOfTag, waitFor } from '../../index/queries/tag-places.js'
import { nameOfTag } from '../../index/queries/voids.js'
import { entryOf, nameOfNewest } from './names.js'
import { placesIn, readStored } from './entry-rows.js'

/** A flip is an entry that becomes void, or is void no more. */
export interface Flip { id: Uint8Array, tag: Uint8Array | null, void: boolean }

/** The result for one tag. `waits` is true when the given row waits. */
export interface Retagged { name: NameRow | undefined, newest: { kind: string } | undefined, conflict: boolean, waits: boolean, statements: Statement[] }

/** This many tags are worked out before other work runs: each tag may need a decryption. */
const TURN_TAGS = 16

/**
 * Works out heads, waiting entries and name of one tag from its whole history. `flips` (void marks
 * by id) take precedence over the rows. `row` is not in the index yet.
 */
export function retag (db: IndexDb, keys: ReadKeys | undefined, tag: Uint8Array, flips: ReadonlyMap<string, boolean>, row?: VoidRow): Retagged {
  const rows = [...placesOfTag(db, tag), ...(row === undefined ? [] : [row])]
  const voids = new Set(rows.filter((one) => flips.get(keyOf(one.id)) ?? one.void !== 0).map(({ id }) => keyOf(id)))
  const history = applyHistory(placesIn(rows), { isVoid: (id) => voids.has(keyOf(id)) })
  const { newest, conflict } = history
  const mine = row === undefined ? undefined : history.waiting.find(({ id }) => equal(id, row.id))
  const statements = [setStanding(tag, idsOf(history.heads), idsOf(history.waiting)), ...mine === undefined ? [] : waitFor(mine.after.map((parent) => ({ parent, entry: mine.id })))]
  const same = { newest, conflict, waits: mine !== undefined }
  if (keys === undefined) return { ...same, name: undefined, statements }
  const shown = nameOfTag(db, tag)
  if (row === undefined && shown !== undefined && newest !== undefined && keyOf(shown.version) === keyOf(newest.id) && (shown.conflict === 1) === conflict) {
    return { ...same, name: undefined, statements }
  }
  const entry = newest === undefined ? undefined : row !== undefined && equal(row.id, newest.id) ? readStored(row.entry) : entryOf(db, newest.id)
  const name = entry === undefined ? undefined : nameOfNewest(entry, conflict, keys)
  return { ...same, name, statements: [...statements, setName(tag, name)] }
}

const idsOf = (list: HistoryEntry[]): Uint8Array[] => list.map(({ id }) => id)

/** Works out all tags of these flips with `retag`, except for the tag `except`. */
export async function retagAll (db: IndexDb, keys: ReadKeys | undefined, flips: readonly Flip[], except?: Uint8Array): Promise<Statement[]> {
  const marks = new Map(flips.map((flip) => [keyOf(flip.id), flip.void]))
  const tags = new Map(flips.flatMap(({ tag }) => tag === null ? [] : [[keyOf(tag), tag] as const]))
  if (except !== undefined) tags.delete(keyOf(except))
  const statements: Statement[] = []
  let done = 0
  for (const tag of tags.values()) {
    statements.push(...retag(db, keys, tag, marks).statements)
    if (++done % TURN_TAGS === 0) await nextTurn()
  }
  return statements
}

export const asVoidRow = (row: EntryRow, isVoid: boolean): VoidRow => ({ ...row, void: isVoid ? 1 : 0 })
