import type { ChildDigest, RecordHead, SetName, SyncSource } from '../../../protocols/sync/source.js'
import { add256 } from '../../../protocols/block/sum.js'
import { digestsBelow, idBytesBelow, idsBelow, LONGEST_PREFIX } from '../../index/queries/digests.js'
import { entriesAt, entriesInOrder, hasEntry, placesBetween, placesOf } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'

/**
 * The first digest of a set has children of this many hex digits; each further digest adds one
 * digit.
 */
const FIRST_DIGITS = 2
/** One read takes this many entries, so that no read holds up the event loop for long. */
const PAGE_ENTRIES = 256
/** No prefix ever has as many ids. */
const ALL = 2 ** 40
const SUM_BYTES = 32

/**
 * The index source is what the sync protocol reads of this node: entries from the index, whose
 * triggers keep the digests of short prefixes, and the newest record of each member. Prefixes are
 * lower-case hex digits, which the caller has checked.
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
    // entries of vault kinds are few and lie far apart among the others
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

  /**
   * Returns entries in the order of their arrival here, so that an admit comes after the admits
   * that it needs.
   */
  entries (ids: Uint8Array[]): Uint8Array[] {
    const places: number[] = []
    for (let at = 0; at < ids.length; at += PAGE_ENTRIES) {
      const page = ids.slice(at, at + PAGE_ENTRIES)
      places.push(...placesOf(this.db, page))
    }
    return [...this.at(places)]
  }

  /**
   * Yields entries in the order of their arrival here, in pages. Entries that are written meanwhile
   * may be among them.
   */
  * below (set: SetName, prefix: string): Generator<Uint8Array> {
    yield * set === 'vault' || prefix !== '' ? this.at(this.places(set, prefix)) : entriesInOrder(this.db, false)
  }

  records (): RecordHead[] { return this.memberRecords.heads() }
  record (subject: Uint8Array): Uint8Array | undefined { return this.memberRecords.bytes(subject) }

  /**
   * Computes digests of prefixes that are too long to have rows: few ids share such a prefix,
   * unless a writer searched for them.
   */
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
   * Returns row numbers of the entries below a prefix. The digest rows of short prefixes lead to
   * the few vault kinds without a scan of all entries.
   */
  private places (set: SetName, prefix: string): number[] {
    const parts = prefix.length >= LONGEST_PREFIX ? [prefix] : digestsBelow(this.db, set === 'vault', prefix, LONGEST_PREFIX).map((row) => row.prefix)
    return parts.flatMap((part) => {
      const [from, to] = ['0', 'f'].map((digit) => new Uint8Array(Buffer.from(part.padEnd(2 * SUM_BYTES, digit), 'hex')))
      return placesBetween(this.db, set === 'vault', from, to)
    })
  }

  /** Yields the entries at these row numbers, in ascending order. */
  private * at (places: number[]): Generator<Uint8Array> {
    const sorted = places.sort((a, b) => a - b)
    for (let at = 0; at < sorted.length; at += PAGE_ENTRIES) {
      const page = sorted.slice(at, at + PAGE_ENTRIES)
      yield * entriesAt(this.db, page)
    }
  }
}
