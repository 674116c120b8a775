import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { LOST, QUARANTINED } from '../index/migrations/store.js'
import type { StoreContext } from './context.js'

/** Rows that one look takes, whatever their state. */
const WINDOW_ROWS = 4096

/** Blocks that finished roots name and that are not held: gone, or in quarantine. */
export function * lackingBlocks ({ db }: StoreContext): Generator<{ cid: CID, lost: boolean }> {
  const last = db.get<{ id: number | null }>('SELECT max(id) AS id FROM blocks')?.id ?? 0
  for (let after = 0; after < last; after += WINDOW_ROWS) {
    const rows = db.all<{ cid: Uint8Array, state: number }>(`SELECT cid, state FROM blocks WHERE id > ? AND id <= ? AND state IN (${LOST}, ${QUARANTINED})
      AND EXISTS (SELECT 1 FROM refs WHERE refs.block = blocks.id)`, after, after + WINDOW_ROWS)
    for (const { cid, state } of rows) yield { cid: parseCid(cid), lost: state === LOST }
  }
}
