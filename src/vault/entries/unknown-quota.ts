import { compareBytes } from '../../../protocols/block/hash.js'
import type { UnknownEntry } from '../../../protocols/vault/entry.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { UNKNOWN_LIMITS, type UnknownLimits } from '../../../protocols/vault/unknown.js'
import type { IndexDb, Statement } from '../../index/engine/index-db.js'
import { highestUnknown, takeOutUnknown, unknownUse, unknownUsers, type UnknownRow } from '../../index/queries/unknown.js'

/** One transaction removes at most this many entries. */
const MAX_LEAVING = 1_024

/**
 * The quota bounds how many entries of unknown kinds are kept of one writer: the entries with the
 * lowest ids within the limits (protocols/vault/README.md, "Entries that are not known"). All nodes
 * that do not know a kind keep the same entries, in whatever order the entries came.
 */
export class UnknownQuota {
  constructor (private readonly db: IndexDb, private readonly limits: UnknownLimits = UNKNOWN_LIMITS) {}

  /** Returns the writers that have reached their quota. */
  reached (): Uint8Array[] { return unknownUsers(this.db, this.limits.entries, this.limits.bytes) }

  /**
   * Returns the entries that the quota leaves out already. It costs one query a writer, and one
   * more where the quota is reached.
   */
  beyond (entries: UnknownEntry[]): Set<UnknownEntry> {
    const over = new Set<UnknownEntry>()
    for (const list of Map.groupBy(entries, ({ writer }) => keyOf(writer)).values()) {
      const highest = this.edge(list[0]?.writer ?? new Uint8Array(0))
      for (const entry of list) if (highest !== undefined && compareBytes(entry.id, highest.id) > 0) over.add(entry)
    }
    return over
  }

  /** Returns the highest kept entry of a writer that has reached its quota, else undefined. */
  private edge (writer: Uint8Array): UnknownRow | undefined {
    const { entries, bytes } = unknownUse(this.db, writer)
    return entries < this.limits.entries && bytes < this.limits.bytes ? undefined : highestUnknown(this.db, writer, 1)[0]
  }

  /**
   * Returns up to MAX_LEAVING entries of a writer beyond its quota, and the statements that remove
   * them.
   */
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
