import { compareBytes } from '../../../protocols/block/hash.js'
import { awaitedOf, breaksOf, tipsBelow, tipsOf, type ChainPlace } from '../../index/queries/chains.js'
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

const keyOf = ({ writer, seq }: ChainPlace): string => `${Buffer.from(writer).toString('hex')} ${seq}`

/**
 * Where a writer's entries are no line: two that follow the same one, or one whose `prev` is not the entry before it. An
 * entry whose `prev` is not here counts once a comparison with a member has ended without bringing it: until then it may
 * just not have come yet, as for everybody who has joined.
 */
export class Forks {
  private awaited = new Set<string>()

  constructor (private readonly db: IndexDb) {}

  /** A comparison with a member ended: both have now what either had. */
  compared (): void {
    this.awaited = new Set(awaitedOf(this.db, FORKS_PER_WRITER, FORKS).map(keyOf))
  }

  list (): ChainPlace[] {
    const places = new Map(breaksOf(this.db, FORKS_PER_WRITER, FORKS).map((place) => [keyOf(place), place]))
    for (const place of this.awaited.size === 0 ? [] : awaitedOf(this.db, FORKS_PER_WRITER, FORKS)) {
      if (this.awaited.has(keyOf(place))) places.set(keyOf(place), place)
    }
    return [...places.values()].sort((a, b) => compareBytes(a.writer, b.writer) || a.seq - b.seq)
  }
}
