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

/** One line of a name's history. */
export interface PastVersion {
  state: VersionState
  entry: PutEntry | DeleteEntry
  /** For how long this node has known that no version with its content is live. */
  givenUpMs?: number
  /** Missing when it does not open. */
  hidden?: PutPrivate | DeletePrivate
}

/** Every put, restore and delete of a name, the newest first by (clock, id); nothing for a name that never was. */
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

/** What a name means now: of its heads the newest, which may be a delete; undefined for a name that never was. */
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
