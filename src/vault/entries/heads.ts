import type { Heads as HeadsOf } from '../../../protocols/vault/history.js'
import { MAX_AFTER } from '../../../protocols/vault/limits.js'
import type { HistoryRow } from './entry-rows.js'

/**
 * At most this many of the newest heads of a tag are read: as many as an entry can name, and one
 * that shows whether there are more.
 */
export const MOST_HEADS = MAX_AFTER + 1

export type Heads = HeadsOf<HistoryRow>

/** Returns the heads whose ids are not in `ids`. */
export function without (heads: HistoryRow[], ids: Uint8Array[]): HistoryRow[] {
  const gone = new Set(ids.map((id) => Buffer.from(id).toString('hex')))
  return heads.filter(({ id }) => !gone.has(Buffer.from(id).toString('hex')))
}
