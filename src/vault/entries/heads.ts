import type { Heads as HeadsOf } from '../../../protocols/vault/history.js'
import { MAX_AFTER } from '../../../protocols/vault/limits.js'
import type { HistoryRow } from './entry-rows.js'

/** Heads of one tag that are looked at, the newest ones: as many as an entry can name, and one that says whether there are more. */
export const MOST_HEADS = MAX_AFTER + 1

/** The heads of one tag, with their rows. */
export type Heads = HeadsOf<HistoryRow>

/** The heads that none of these ids names. */
export function without (heads: HistoryRow[], ids: Uint8Array[]): HistoryRow[] {
  const gone = new Set(ids.map((id) => Buffer.from(id).toString('hex')))
  return heads.filter(({ id }) => !gone.has(Buffer.from(id).toString('hex')))
}
