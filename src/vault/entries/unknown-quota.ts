import { compareBytes } from '../../../protocols/block/hash.js'
import type { UnknownEntry } from '../../../protocols/vault/entry.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { UNKNOWN_LIMITS, type UnknownLimits } from '../../../protocols/vault/unknown.js'
import type { IndexDb, Statement } from '../../index/engine/index-db.js'
import { highestUnknown, takeOutUnknown, unknownUse, unknownUsers, type UnknownRow } from '../../index/queries/unknown.js'

/** Entries that one transaction takes out. */
const MAX_LEAVING = 1_024

/**
 * How many entries of kinds that are not known here are kept of one writer: those with the lowest ids, as long as what is
 * below each is within the bounds (protocols/vault, "Entries that are not known"). All who do not know a kind keep the
 * same, in whatever order the entries came.
 */
export class UnknownQuota {
  constructor (private readonly db: IndexDb, private readonly limits: UnknownLimits = UNKNOWN_LIMITS) {}

  /** Writers that have all that is kept of them. */
  reached (): Uint8Array[] { return unknownUsers(this.db, this.limits.entries, this.limits.bytes) }

  /** Those of these entries that what is here leaves out already. One look at the index for each writer, and one more where it has all. */
  beyond (entries: UnknownEntry[]): Set<UnknownEntry> {
    const over = new Set<UnknownEntry>()
    for (const list of Map.groupBy(entries, ({ writer }) => keyOf(writer)).values()) {
      const highest = this.edge(list[0]?.writer ?? new Uint8Array(0))
      for (const entry of list) if (highest !== undefined && compareBytes(entry.id, highest.id) > 0) over.add(entry)
    }
    return over
  }

  /** The highest id of a writer that has all that is kept of it; else undefined. */
  private edge (writer: Uint8Array): UnknownRow | undefined {
    const { entries, bytes } = unknownUse(this.db, writer)
    return entries < this.limits.entries && bytes < this.limits.bytes ? undefined : highestUnknown(this.db, writer, 1)[0]
  }

  /** Up to MAX_LEAVING entries of a writer that go, and what takes them out. */
  leaving (writer: Uint8Array): { rows: UnknownRow[], statements: Statement[] } {
    let { entries, bytes } = unknownUse(this.db, writer)
    const rows: UnknownRow[] = []
    if (entries < this.limits.entries && bytes < this.limits.bytes) return { rows, statements: [] }
    for (const row of highestUnknown(this.db, writer, MAX_LEAVING)) {
      if (entries <= this.limits.entries && bytes - row.bytes < this.limits.bytes) break
      rows.push(row)
      entries--
      bytes -= row.bytes
    }
    return { rows, statements: rows.length === 0 ? [] : takeOutUnknown(this.db, rows) }
  }
}
