import { compareBytes } from '../../../protocols/block/hash.js'
import { breaksOf, COMPARED, lastEntry, tipsBelow, tipsOf, waitsUpTo } from '../../index/queries/chains.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { setNodeState } from '../../index/queries/node-state.js'

/**
 * Returns the ids of the last entries of one writer, sorted: entries that no other entry of the
 * writer names as `prev`. A writer has one last entry unless its folder was restored or cloned.
 * Where there are more than `most`, the entries with the highest seq are returned. An entry of an
 * unknown kind counts as a last entry until a later entry names it.
 * @param below only entries with lower numbers count
 */
export function lastEntries (db: IndexDb, writer: Uint8Array, most: number, below = Infinity): Uint8Array[] {
  return (below === Infinity ? tipsOf(db, writer, most) : tipsBelow(db, writer, below, most)).sort(compareBytes)
}

/** At most this many forks of one writer are shown, and at most `FORKS` in all. */
const FORKS_PER_WRITER = 16
const FORKS = 1024

/**
 * Returns the places where the chain of a writer breaks: two entries follow the same entry, or an
 * entry names a `prev` that is not the entry before it, or a `prev` did not come with a comparison
 * that began after the entry came.
 */
export const forks = (db: IndexDb): Array<{ writer: Uint8Array, seq: number }> => breaksOf(db, FORKS_PER_WRITER, FORKS)

/**
 * Notes which entries are older than a finished comparison with a member: the entries that they
 * wait for should have come with it.
 */
export class Compared {
  /** Last entry that was here before the next comparison began, by PeerId of the member. */
  private readonly before = new Map<string, number>()

  constructor (private readonly db: IndexDb) {}

  /** Call when a connection with a member opens, before a comparison over it begins. */
  met (peer: string): void { this.before.set(peer, lastEntry(this.db)) }

  /** Call when the connection with a member ends: its position is dropped. */
  gone (peer: string): void { this.before.delete(peer) }

  /**
   * Call when a comparison with the member has ended.
   * @param all true when this node took in all entries that the member has
   */
  async round (peer: string, all: boolean): Promise<void> {
    const began = this.before.get(peer) ?? 0
    this.before.set(peer, lastEntry(this.db))
    if (all && waitsUpTo(this.db, began)) await this.db.write([setNodeState(COMPARED, String(began))])
  }
}
