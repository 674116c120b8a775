import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { LOST } from '../index/migrations/store.js'
import { namedAndNotHeld, windows } from '../index/queries/block-rows.js'
import type { StoreContext } from './context.js'

/** Rows that one look takes, whatever their state. */
const WINDOW_ROWS = 4096

/** Blocks that finished roots name and that are not held: gone, or in quarantine. */
export function * lackingBlocks ({ db }: StoreContext): Generator<{ cid: CID, lost: boolean }> {
  for (const window of windows(db, WINDOW_ROWS)) {
    for (const { cid, state } of namedAndNotHeld(db, window)) yield { cid: parseCid(cid), lost: state === LOST }
  }
}
