import { parseCid } from '../../protocols/block/cid.js'
import { unverifiedBlocks, windows } from '../index/queries/block-rows.js'
import type { ScrubOptions } from './interface.js'
import type { StoreContext } from './context.js'
import { recheck } from './read.js'

/** Rows that one look takes. */
const WINDOW_ROWS = 4096

/** Hashes held blocks that were not for long; what is wrong goes to quarantine and is reported. */
export async function scrub (parts: StoreContext, { before = 1, pause, signal }: ScrubOptions = {}): Promise<void> {
  for (const window of windows(parts.db, WINDOW_ROWS)) {
    for (const { cid } of unverifiedBlocks(parts.db, window, before, parts.now())) {
      signal?.throwIfAborted()
      const began = performance.now()
      await recheck(parts, parseCid(cid))
      await pause?.(performance.now() - began)
    }
  }
}
