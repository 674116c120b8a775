import { compareBytes } from '../../../protocols/block/hash.js'
import { breaksOf, COMPARED, lastEntry, tipsBelow, tipsOf, waitsUpTo } from '../../index/queries/chains.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { setNodeState } from '../../index/queries/node-state.js'

/**
 * Ids of the last entries of one writer, sorted: those that no other entry of it names as `prev`. One, unless its folder
 * was restored or cloned; of more than `most` those with the highest seq. Entries of kinds that are not known here count
 * as last ones until a later entry names them.
 *
 * @param below only entries with lower numbers, as if the others were not here
 */
export function lastEntries (db: IndexDb, writer: Uint8Array, most: number, below = Infinity): Uint8Array[] {
  return (below === Infinity ? tipsOf(db, writer, most) : tipsBelow(db, writer, below, most)).sort(compareBytes)
}

/** At most this many of one writer are shown, and in all. */
const FORKS_PER_WRITER = 16
const FORKS = 1024

/**
 * Where a writer's entries are no line: two that follow the same one, or one whose `prev` is not the entry before it, or
 * did not come with a comparison that began after it.
 */
export const forks = (db: IndexDb): Array<{ writer: Uint8Array, seq: number }> => breaksOf(db, FORKS_PER_WRITER, FORKS)

/** Notes which entries a comparison with a member has outlasted: what they wait for should have come with it. */
export class Compared {
  /** The last entry that was here when the next comparison with this member had not begun. */
  private readonly before = new Map<string, number>()

  constructor (private readonly db: IndexDb) {}

  /** A connection with a member opened: no comparison over it has begun. */
  met (peer: string): void { this.before.set(peer, lastEntry(this.db)) }

  /** Nothing is kept of whoever went. */
  gone (peer: string): void { this.before.delete(peer) }

  /**
   * A comparison with it ended.
   *
   * @param all all that the member has was taken in
   */
  async round (peer: string, all: boolean): Promise<void> {
    const began = this.before.get(peer) ?? 0
    this.before.set(peer, lastEntry(this.db))
    if (all && waitsUpTo(this.db, began)) await this.db.write([setNodeState(COMPARED, String(began))])
  }
}
