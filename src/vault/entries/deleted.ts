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
 * Yields names that were deleted and mean nothing now, each with the delete that says so, in the
 * order in which the deletes came to this node. Each step reads one page of the index and may yield
 * an empty list, so that the caller can let other work run.
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
