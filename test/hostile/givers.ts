/** Members that offer in sync what they should not. */
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { SyncSession } from '../../protocols/sync/session.js'
import { insertEntry } from '../../src/index/queries/entries.js'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import type { DfsNode } from '../../src/api/node.js'
import { entryRow, readStored } from '../../src/vault/entries/entry-rows.js'
import { IndexSource } from '../../src/vault/sync/sync-source.js'
import { inside } from '../node/cluster.js'

/**
 * Leads one round over a sync stream from `from` to `to` in which `from` has these entries and nothing else; resolves
 * when the round is over, rejects with what `to` refused it with. A signature does not matter here.
 */
export async function give (from: DfsNode, to: DfsNode, entries: Uint8Array[]): Promise<void> {
  const db = await IndexDb.open({ migrations: MIGRATIONS })
  try {
    for (const bytes of entries) await db.write([insertEntry(entryRow(readStored(bytes)))])
    const stream = await inside(from).parts.peers.open(to.peer, SYNC_PROTOCOL)
    const session = new SyncSession(stream, {
      direction: 'outbound',
      source: new IndexSource(db, { heads: () => [], bytes: () => undefined }),
      receive: async () => false,
      receiveRecords: async () => {},
      onRound: ({ led }) => { if (led) session.close() }
    })
    await session.run()
  } finally {
    await db.close()
  }
}
