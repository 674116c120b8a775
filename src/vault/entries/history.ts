import type { DeleteEntry, PutEntry } from '../../../protocols/vault/entry.js'
import { asHeads } from '../../../protocols/vault/history.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { tagOf, type DeletePrivate, type PutPrivate } from '../../../protocols/vault/private-part.js'
import { historyOfTag, type StandingRow } from '../../index/queries/history.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { ownMs } from '../../index/queries/own-time.js'
import { headsOfTag } from '../../index/queries/tag-places.js'
import type { VersionState } from '../../api/node.js'
import { opened } from './lineage.js'
import { checkName } from './names.js'
import { historyRows, readStored } from './entry-rows.js'

export interface PastVersion {
  state: VersionState
  entry: PutEntry | DeleteEntry
  /** Milliseconds for which this node has known that no version with this content is live. */
  givenUpMs?: number
  /** Missing when the private part does not open with these keys. */
  hidden?: PutPrivate | DeletePrivate
}

/**
 * Yields every put, restore and delete of a name, the newest first by (clock, id), and nothing for
 * an unknown name.
 */
export function * history (db: IndexDb, keys: ReadKeys, name: string): Generator<PastVersion> {
  const tag = tagOf(keys.name, checkName(name))
  for (const row of historyOfTag(db, tag)) {
    const entry = readStored(row.entry)
    if (entry.kind !== 'put' && entry.kind !== 'restore' && entry.kind !== 'delete') continue
    const hidden = opened(entry, keys)
    yield {
      state: stateOf(row),
      entry,
      ...(hidden === undefined ? {} : { hidden }),
      ...(row.given === null ? {} : { givenUpMs: ownMs(db) - row.given })
    }
  }
}

/** Returns the newest head of a name, which may be a delete, or undefined for an unknown name. */
export function newestOf (db: IndexDb, keys: ReadKeys, name: string): PutEntry | DeleteEntry | undefined {
  const { newest } = asHeads(historyRows(headsOfTag(db, tagOf(keys.name, checkName(name)), 1)))
  const entry = newest === undefined ? undefined : readStored(newest.row.entry)
  return entry?.kind === 'put' || entry?.kind === 'restore' || entry?.kind === 'delete' ? entry : undefined
}

function stateOf ({ void: isVoid, waiting, head, dead }: StandingRow): VersionState {
  if (isVoid === 1) return 'void'
  if (waiting === 1) return 'waiting'
  if (head === 1) return 'head'
  return dead === 0 ? 'superseded' : 'forgotten'
}
