import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { base32 } from '../../../protocols/vault/text.js'
import { deletesFrom } from '../../index/queries/deletes.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Deleted } from '../../api/node.js'
import { equal } from '../../../protocols/block/hash.js'
import { opened } from './lineage.js'
import { newestOf } from './history.js'
import { readStored } from './entry-rows.js'

/**
 * Names that were deleted and mean nothing now, with the delete that says so, a page of the index at a time: in the order in
 * which their deletes came to this node. A page may hold none, and lets the caller give others their turn.
 *
 * @param prefix in NFC
 */
export function * deletedNames (db: IndexDb, keys: ReadKeys, prefix: string): Generator<Deleted[]> {
  for (const page of deletesFrom(db)) yield page.flatMap((encoded) => deletedName(db, keys, prefix, encoded))
}

function deletedName (db: IndexDb, keys: ReadKeys, prefix: string, encoded: Uint8Array): Deleted[] {
  const entry = readStored(encoded)
  const name = entry.kind === 'delete' ? opened(entry, keys)?.name.normalize('NFC') : undefined
  if (entry.kind !== 'delete' || name === undefined || !name.startsWith(prefix)) return []
  const newest = newestOf(db, keys, name)
  return newest !== undefined && equal(newest.id, entry.id) ? [{ name, version: base32(entry.id), time: new Date(entry.time) }] : []
}
