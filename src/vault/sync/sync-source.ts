import type { ChildDigest, RecordHead, SetName, SyncSource } from '../../../protocols/sync/source.js'
import { add256 } from '../../../protocols/block/sum.js'
import { digestsBelow, idBytesBelow, idsBelow, LONGEST_PREFIX } from '../../index/queries/digests.js'
import { entriesAt, entriesInOrder, hasEntry, placesBetween, placesOf } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'

/** The first digest of a set has children of this many hex digits; each further one adds one digit. */
const FIRST_DIGITS = 2
/** How many entries one read takes, so that none holds up the event loop for long. */
const PAGE_ENTRIES = 256
/** More ids than one prefix ever has. */
const ALL = 2 ** 40
const SUM_BYTES = 32

/**
 * What the sync protocol reads of this node: entries from the index, whose triggers keep the digests of short prefixes,
 * and the newest record of each member. Prefixes are lower-case hex digits; the caller has checked them.
 */
export class IndexSource implements SyncSource {
  constructor (
    private readonly db: IndexDb,
    private readonly memberRecords: { heads: () => RecordHead[], bytes: (subject: Uint8Array) => Uint8Array | undefined }
  ) {}

  children (set: SetName, prefix: string): ChildDigest[] {
    const digits = Math.max(FIRST_DIGITS, prefix.length + 1)
    return digits <= LONGEST_PREFIX ? digestsBelow(this.db, set === 'vault', prefix, digits) : this.computed(set, prefix, digits)
  }

  ids (set: SetName, prefix: string, most: number): Uint8Array[] {
    if (set === 'file' || prefix.length >= LONGEST_PREFIX) return idsBelow(this.db, set === 'vault', prefix, most)
    // the few vault kinds lie far apart among all others
    const ids: Uint8Array[] = []
    for (const part of digestsBelow(this.db, true, prefix, LONGEST_PREFIX)) {
      if (ids.length === most) break
      ids.push(...idsBelow(this.db, true, part.prefix, most - ids.length))
    }
    return ids
  }

  idBytes (prefix: string): Uint8Array { return idBytesBelow(this.db, prefix) }

  missing (ids: Uint8Array[]): Uint8Array[] {
    return ids.filter((id) => !hasEntry(this.db, id))
  }

  /** In the order of their arrival here, so that an admit comes after those that it leans on. */
  entries (ids: Uint8Array[]): Uint8Array[] {
    const places: number[] = []
    for (let at = 0; at < ids.length; at += PAGE_ENTRIES) {
      const page = ids.slice(at, at + PAGE_ENTRIES)
      places.push(...placesOf(this.db, page))
    }
    return [...this.at(places)]
  }

  /** In the order of their arrival here, in pages. What is written meanwhile may be among them. */
  * below (set: SetName, prefix: string): Generator<Uint8Array> {
    yield * set === 'vault' || prefix !== '' ? this.at(this.places(set, prefix)) : entriesInOrder(this.db, false)
  }

  records (): RecordHead[] { return this.memberRecords.heads() }
  record (subject: Uint8Array): Uint8Array | undefined { return this.memberRecords.bytes(subject) }

  /** Digests of prefixes that are too long to have rows: few ids begin with each, unless somebody looked for such. */
  private computed (set: SetName, prefix: string, digits: number): ChildDigest[] {
    const children = new Map<string, ChildDigest>()
    for (const id of idsBelow(this.db, set === 'vault', prefix, ALL)) {
      const name = Buffer.from(id).toString('hex').slice(0, digits)
      const { count, sum } = children.get(name) ?? { count: 0, sum: new Uint8Array(SUM_BYTES) }
      children.set(name, { prefix: name, count: count + 1, sum: add256(sum, id) })
    }
    return [...children.values()]
  }

  /**
   * Row numbers of the entries below a prefix, by the prefixes that have rows: the few vault kinds are found without
   * looking at all others.
   */
  private places (set: SetName, prefix: string): number[] {
    const parts = prefix.length >= LONGEST_PREFIX ? [prefix] : digestsBelow(this.db, set === 'vault', prefix, LONGEST_PREFIX).map((row) => row.prefix)
    return parts.flatMap((part) => {
      const [from, to] = ['0', 'f'].map((digit) => new Uint8Array(Buffer.from(part.padEnd(2 * SUM_BYTES, digit), 'hex')))
      return placesBetween(this.db, set === 'vault', from, to)
    })
  }

  /** The entries at these row numbers, in their order. */
  private * at (places: number[]): Generator<Uint8Array> {
    const sorted = places.sort((a, b) => a - b)
    for (let at = 0; at < sorted.length; at += PAGE_ENTRIES) {
      const page = sorted.slice(at, at + PAGE_ENTRIES)
      yield * entriesAt(this.db, page)
    }
  }
}
