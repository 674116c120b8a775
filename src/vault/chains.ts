import { compareBytes } from '../../protocols/block/hash.js'
import { keyOf } from '../../protocols/vault/standing.js'
import type { IndexDb } from '../index-db/index-db.js'
import { brokenLinks, chainOf, sharedLinks, writerCounts, type ChainRow } from '../index-db/voids.js'

/**
 * The last entries of one writer: those that no other entry of it names as `prev`. One, unless its folder was restored
 * or cloned. Entries of kinds that are not known here count as last ones until a later entry names them.
 */
export class LastEntries {
  private readonly last = new Map<string, ChainRow>()
  /** Named by an entry that came before what it names. */
  private readonly named = new Set<string>()
  private n = 0

  /** @param below only entries with lower numbers, as if the others were not here */
  constructor (private readonly db: IndexDb, private readonly writer: Uint8Array, private readonly below = Infinity) {}

  /** Ids, sorted; of more than `most` those with the highest seq. Reads what came since the last call. */
  ids (most: number): Uint8Array[] {
    for (const row of chainOf(this.db, this.writer, this.n)) {
      this.n = Math.max(this.n, row.n)
      // before a number: those without one are left out, unless a later entry leads to them
      if (row.seq < this.below && (row.seq > 0 || this.below === Infinity)) this.add(row)
    }
    const rows = [...this.last.values()]
    if (rows.length > most) rows.sort((a, b) => b.seq - a.seq || compareBytes(b.id, a.id)).splice(most)
    return rows.map(({ id }) => id).sort(compareBytes)
  }

  private add (row: ChainRow): void {
    if (!this.named.delete(keyOf(row.id))) this.last.set(keyOf(row.id), row)
    if (row.prev !== null && !this.last.delete(keyOf(row.prev))) this.named.add(keyOf(row.prev))
  }
}

/** At most this many of one writer are shown. */
const FORKS_PER_WRITER = 16

/**
 * Where a writer's entries are no line: two that follow the same one, or one whose `prev` is not the entry before it, or
 * is not here. After the first call only writers that wrote since are looked at.
 */
export class Forks {
  private readonly seen = new Map<string, { count: number, seqs: number[] }>()

  constructor (private readonly db: IndexDb) {}

  all (): Array<{ writer: Uint8Array, seq: number }> {
    return writerCounts(this.db).flatMap(({ writer, count, most }) => {
      const before = this.seen.get(keyOf(writer))
      if (before?.count !== count) this.seen.set(keyOf(writer), { count, seqs: this.look(writer, count, most, before) })
      return (this.seen.get(keyOf(writer))?.seqs ?? []).map((seq) => ({ writer, seq }))
    })
  }

  private look (writer: Uint8Array, count: number, most: number, before?: { count: number, seqs: number[] }): number[] {
    // a line so far that grew by as many as its numbers: only what is new can be wrong
    const from = before?.seqs.length === 0 && count === most ? before.count : 0
    const broken = brokenLinks(this.db, writer, from, FORKS_PER_WRITER)
    if (from > 0 && broken.length > 0) return this.look(writer, count, most)
    const shared = count === most && broken.length === 0 ? [] : sharedLinks(this.db, writer, FORKS_PER_WRITER)
    return [...new Set([...broken, ...shared])].sort((a, b) => a - b).slice(0, FORKS_PER_WRITER)
  }
}
