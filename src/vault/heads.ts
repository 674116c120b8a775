import type { DeleteEntry, PutEntry } from '../../protocols/vault/entry.js'
import type { Heads as HeadsOf } from '../../protocols/vault/history.js'
import type { HistoryRow } from './stored.js'

/** The heads of one tag, with their rows. */
export type Heads = HeadsOf<HistoryRow>

/** The entry names only heads, with the clock that follows from them: it is applied, and nothing else changes. */
export function follows (entry: PutEntry | DeleteEntry, { heads }: Heads): boolean {
  const known = new Map(heads.map(({ id, clock }) => [Buffer.from(id).toString('hex'), clock]))
  const clocks = entry.after.map((id) => known.get(Buffer.from(id).toString('hex')))
  return clocks.every((clock) => clock !== undefined) && entry.clock === 1 + Math.max(0, ...clocks.map((clock) => clock ?? 0))
}

/** The heads that none of these ids names. */
export function without (heads: HistoryRow[], ids: Uint8Array[]): HistoryRow[] {
  const gone = new Set(ids.map((id) => Buffer.from(id).toString('hex')))
  return heads.filter(({ id }) => !gone.has(Buffer.from(id).toString('hex')))
}
