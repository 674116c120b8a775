import { ProtocolError } from '../../../protocols/errors.js'
import type { DeleteEntry, ForgetEntry, PutEntry } from '../../../protocols/vault/entry.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { openEntry, type DeletePrivate, type ForgetPrivate, type PutPrivate } from '../../../protocols/vault/private-part.js'
import { newLineage } from '../members/create-vault.js'
import { readStored, type HistoryRow } from './entry-rows.js'

/** What the entries of one name hand on from each to the next. */
export interface Lineage { lineage: Uint8Array, seed: Uint8Array }

/** The private part; undefined when it does not open with these keys: such an entry counts in its history, but nobody can read it. */
export function opened (entry: PutEntry, keys: ReadKeys): PutPrivate | undefined
export function opened (entry: PutEntry | DeleteEntry, keys: ReadKeys): DeletePrivate | undefined
export function opened (entry: DeleteEntry | ForgetEntry, keys: ReadKeys): ForgetPrivate | undefined
export function opened (entry: PutEntry | DeleteEntry | ForgetEntry, keys: ReadKeys): ForgetPrivate | undefined {
  try {
    switch (entry.kind) {
      case 'delete': return openEntry(entry, keys)
      case 'forget': return openEntry(entry, keys)
      default: return openEntry(entry, keys)
    }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** Of a name with this newest head, which may be a delete; drawn by chance where there is none, or what it hid does not open. */
export function carriedBy (newest: HistoryRow | undefined, keys: ReadKeys): Lineage {
  const entry = newest === undefined ? undefined : readStored(newest.row.entry)
  if (entry?.kind !== 'put' && entry?.kind !== 'restore' && entry?.kind !== 'delete') return newLineage()
  return { lineage: opened(entry, keys)?.lineage ?? newLineage().lineage, seed: entry.seed }
}
