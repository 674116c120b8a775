import { ProtocolError } from '../../../protocols/errors.js'
import type { DeleteEntry, ForgetEntry, PutEntry } from '../../../protocols/vault/entry.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { openEntry, type DeletePrivate, type ForgetPrivate, type PutPrivate } from '../../../protocols/vault/private-part.js'
import { newLineage } from '../members/create-vault.js'
import { readStored, type HistoryRow } from './entry-rows.js'

/** A lineage is what each entry of a name hands on to the next: salt and seed. */
export interface Lineage { lineage: Uint8Array, seed: Uint8Array }

/**
 * Returns the private part, or undefined when it does not open with these keys. Such an entry has
 * its place in the history, but nobody can read it.
 */
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

/**
 * Returns the lineage of a name whose newest head is this entry, which may be a delete. Without a
 * head, or when its private part does not open, the lineage is random.
 */
export function carriedBy (newest: HistoryRow | undefined, keys: ReadKeys): Lineage {
  const entry = newest === undefined ? undefined : readStored(newest.row.entry)
  if (entry?.kind !== 'put' && entry?.kind !== 'restore' && entry?.kind !== 'delete') return newLineage()
  return { lineage: opened(entry, keys)?.lineage ?? newLineage().lineage, seed: entry.seed }
}
