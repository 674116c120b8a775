import { compareBytes } from '../../../protocols/block/hash.js'
import { breaksOf, tipsBelow, tipsOf } from '../../index/queries/chains.js'
import type { IndexDb } from '../../index/engine/index-db.js'

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
 * is not here.
 */
export const forks = (db: IndexDb): Array<{ writer: Uint8Array, seq: number }> => breaksOf(db, FORKS_PER_WRITER, FORKS)
