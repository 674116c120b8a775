import { compareHeads, type HistoryEntry } from '../../../protocols/vault/history.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { followed, insertEntry } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { headsFrom, nowApplied, nowCovered, placeOf, settled, unsettle, unsettledOf, waitersOf, waitFor, waitsNoMore, type HeadRow } from '../../index/queries/tag-places.js'
import { idsIn, type HistoryRow } from './entry-rows.js'

/** One step applies at most this many waiting entries. The next step applies the rest. */
const MAX_STEP = 2_048
/** One query reads this many heads of the index. */
const PAGE_HEADS = 32

/**
 * The index says one of four things of an entry: it has no row, it is no head, it is a head, or it
 * is void and covered.
 */
type Before = 'new' | 'none' | 'head' | 'covered'
/**
 * A place is an entry in the history of its tag. `row` is set while the entry is not in the index
 * yet.
 */
interface Place extends HistoryEntry { void: boolean, applied: boolean, head: boolean, covered: boolean, before: Before, row?: HistoryRow }

/** A top is a head of the tag. `row` is set while its entry is not in the index yet. */
export interface Top { id: Uint8Array, kind: HistoryEntry['kind'], row?: HistoryRow }
export interface Tops { newest: Top | undefined, conflict: boolean }

/**
 * Works out what new entries of one tag change in its history (protocols/vault/README.md,
 * "History"): which entries are applied, which wait, and which heads are covered.
 *
 * The class reads the entries that a new entry names, the entries that wait for it, and the newest
 * heads, never the whole history. One entry is read at most once for each of its 16 parents. The
 * caller holds the lock of the tag from the constructor call until `statements` are committed.
 */
export class Advance {
  /** True when waiting entries are left for the next step. */
  left = false
  private readonly places = new Map<string, Place | undefined>()
  /** These heads have no head mark in the index yet. */
  private readonly heads = new Set<Place>()
  /** These entries have a row in the index that still says that they wait. */
  private readonly came = new Set<Place>()
  private readonly foreign = new Set<string>()
  private readonly waiters = new Map<string, Place[]>()
  private readonly waits: Array<{ parent: Uint8Array, entry: Uint8Array }> = []
  private readonly done: Statement[] = []
  private readonly unsettled: Uint8Array[] = []
  private readonly shown: HeadRow[] = []
  private shownAll: boolean
  /** Heads of the index below this position are covered now. */
  private from = 0
  private budget = MAX_STEP

  /** @param fresh true when the index holds nothing of the tag */
  constructor (private readonly db: IndexDb, private readonly tag: Uint8Array, private readonly fresh = false) {
    this.shownAll = fresh
  }

  /** Adds an entry that is not in the index. Returns false when the entry waits. */
  add (row: HistoryRow, isVoid: boolean): boolean {
    const place: Place = { ...row, row, void: isVoid, applied: false, head: false, covered: false, before: 'new' }
    this.places.set(keyOf(row.id), place)
    this.settle([place])
    return place.applied
  }

  /** Applies waiting entries that an earlier step left. */
  goOn (): void {
    const entries = unsettledOf(this.db, this.tag, MAX_STEP)
    this.done.push(...settled(this.tag, entries))
    for (const id of entries) {
      const place = this.place(id)
      if (place?.applied === true) this.settle(this.waitersOf(place))
    }
  }

  tops (): Tops {
    const old = this.oldHeads()
    let newest: Place | undefined = old[0]
    for (const place of this.heads) if (newest === undefined || compareHeads(place, newest) < 0) newest = place
    return { newest, conflict: old.length + this.heads.size > 1 }
  }

  /** Returns statements that insert the new entries and change the marks of the others. */
  statements (): Statement[] {
    const all = [...this.places.values()].filter((place) => place !== undefined)
    const came = [...this.came]
    return [
      ...all.flatMap(({ row, head, applied, void: isVoid }) => row === undefined ? [] : [insertEntry(row.row, head, isVoid, !applied)]),
      ...nowApplied(idsOf(came.filter(({ head }) => head)), true), ...nowApplied(idsOf(came.filter(({ head }) => !head)), false),
      ...followed(idsOf(all.filter(({ before, head }) => before === 'head' && !head))),
      ...nowCovered(idsOf(all.filter((place) => place.void && place.covered && place.before !== 'covered'))),
      ...waitFor(this.waits), ...this.done, ...unsettle(this.tag, this.unsettled)
    ]
  }

  private settle (open: Place[]): void {
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (place.applied || !this.applies(place)) continue
      this.apply(place)
      open.push(...this.waitersOf(place))
    }
  }

  /**
   * Returns true when all parents are applied and the clock is right. Else the entry waits for its
   * first parent that is not applied, or for ever.
   */
  private applies ({ id, after, clock }: Place): boolean {
    let right = 1
    for (const parent of after) {
      const before = this.place(parent)
      if (before === undefined || !before.applied) {
        if (!this.foreign.has(keyOf(parent))) this.wait(parent, id)
        return false
      }
      right = Math.max(right, before.clock + 1)
    }
    return clock === right
  }

  private wait (parent: Uint8Array, id: Uint8Array): void {
    const key = keyOf(parent)
    const place = this.place(id)
    this.waits.push({ parent, entry: id })
    const waiters = this.waiters.get(key) ?? []
    if (place !== undefined) waiters.push(place)
    this.waiters.set(key, waiters)
  }

  private apply (place: Place): void {
    place.applied = true
    place.head = !place.void
    if (place.head) this.heads.add(place)
    if (place.row === undefined) this.came.add(place)
    if (!place.void) this.cover(place.after)
  }

  /**
   * A void entry among the parents stands for its own `after` (protocols/vault/README.md,
   * "History").
   */
  private cover (after: readonly Uint8Array[]): void {
    const open = [...after]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const place = this.place(id)
      if (place === undefined || place.covered) continue
      place.covered = true
      place.head = false
      this.heads.delete(place)
      if (place.void) open.push(...place.after)
    }
  }

  /**
   * Returns the entries that wait for this one and marks their rows as no longer waiting. Entries
   * beyond the budget keep their rows.
   */
  private waitersOf ({ id }: Place): Place[] {
    const stored = this.fresh ? [] : waitersOf(this.db, id, this.budget + 1)
    const taken = stored.slice(0, this.budget)
    this.budget -= taken.length
    if (stored.length > taken.length) {
      this.left = true
      this.unsettled.push(id)
    }
    this.done.push(...waitsNoMore(id, taken))
    const fresh = this.waiters.get(keyOf(id)) ?? []
    this.waiters.delete(keyOf(id))
    if (fresh.length > 0) this.done.push(...waitsNoMore(id, fresh.map((place) => place.id)))
    return [...fresh, ...taken.flatMap((entry) => this.place(entry) ?? [])]
  }

  /** Returns undefined for an entry that is not here or has no place in the history of this tag. */
  private place (id: Uint8Array): Place | undefined {
    const key = keyOf(id)
    if (!this.places.has(key)) this.places.set(key, this.stored(id))
    return this.places.get(key)
  }

  private stored (id: Uint8Array): Place | undefined {
    const row = placeOf(this.db, id)
    if (row === undefined) return undefined
    if (row.clock === null || row.parents === null || row.tag === null || keyOf(row.tag) !== keyOf(this.tag)) {
      // an entry that names an entry of another tag is never applied
      this.foreign.add(keyOf(id))
      return undefined
    }
    const applied = row.waiting === 0
    const before = row.head === 1 ? 'head' : row.head === 2 ? 'covered' : 'none'
    const isVoid = row.void === 1
    const covered = applied && (isVoid ? before === 'covered' : before === 'none')
    return { id: row.id, kind: row.kind as Place['kind'], clock: row.clock, after: idsIn(row.parents), void: isVoid, applied, head: before === 'head', covered, before }
  }

  /** Returns at most the two newest heads of the index that are not covered yet. */
  private oldHeads (): Place[] {
    const found: Place[] = []
    for (let at = this.from; found.length < 2 && (at < this.shown.length || this.more()); at++) {
      const row = this.shown[at]
      if (row === undefined) break
      const place = this.places.get(keyOf(row.id))
      if (place?.head !== false) found.push(place ?? headPlace(row))
      else if (at === this.from) this.from++
    }
    return found
  }

  private more (): boolean {
    if (this.shownAll) return false
    const page = headsFrom(this.db, this.tag, this.shown.length, PAGE_HEADS)
    this.shown.push(...page)
    this.shownAll = page.length < PAGE_HEADS
    return page.length > 0
  }
}

const idsOf = (places: Place[]): Uint8Array[] => places.map(({ id }) => id)
const headPlace = (row: HeadRow): Place => ({ ...row, kind: row.kind as Place['kind'], after: [], void: false, applied: true, head: true, covered: false, before: 'head' })
