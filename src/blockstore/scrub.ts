import { parseCid } from '../../protocols/block/cid.js'
import { HELD } from '../index/migrations/store.js'
import type { ScrubOptions } from './interface.js'
import type { StoreContext } from './context.js'
import { recheck } from './read.js'

/** Rows that one look takes. */
const WINDOW_ROWS = 4096

/** Hashes held blocks that were not for long; what is wrong goes to quarantine and is reported. */
export async function scrub (parts: StoreContext, { before = 1, pause, signal }: ScrubOptions = {}): Promise<void> {
  const last = parts.db.get<{ id: number | null }>('SELECT max(id) AS id FROM blocks')?.id ?? 0
  for (let after = 0; after < last; after += WINDOW_ROWS) {
    // a clock that was ahead for a while is no reason to wait until it is right
    const rows = parts.db.all<{ cid: Uint8Array }>(`SELECT cid FROM blocks WHERE id > ? AND id <= ? AND state = ${HELD} AND (verified < ? OR verified > ?)`, after, after + WINDOW_ROWS, before, parts.now())
    for (const { cid } of rows) {
      signal?.throwIfAborted()
      const began = performance.now()
      await recheck(parts, parseCid(cid))
      await pause?.(performance.now() - began)
    }
  }
}
