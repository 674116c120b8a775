/**
 * What the entries of one name add up to: a function of the set alone, the same on every node.
 * Spec: README.md, "History". No clock of a wall and no order of arrival is looked at.
 */
import { compareBytes } from '../block/hash.js'
import { MAX_AFTER } from './limits.js'

/**
 * The part of a put, restore or delete that history needs. All of one tag, all of writers that are
 * known.
 */
export interface HistoryEntry {
  id: Uint8Array
  kind: 'put' | 'restore' | 'delete'
  clock: number
  after: readonly Uint8Array[]
}

export interface History<T extends HistoryEntry> {
  /** In the order (clock, id); void ones included. */
  applied: T[]
  /**
   * Kept and relayed, not applied: an ancestor is missing, of another tag or kind, or the clock is
   * wrong.
   */
  waiting: T[]
  /** The newest first. */
  heads: T[]
  /** What the name means now; missing when nothing is applied and not void. */
  newest: T | undefined
  /** More than one head. */
  conflict: boolean
}

export interface HistoryOptions {
  /** Of an entry's id: true when revokes make it void. @default nothing is */
  isVoid?: (id: Uint8Array) => boolean
}

/** How many heads' names a new entry takes, and its clock. */
export interface Next { after: Uint8Array[], clock: number }

const keyOf = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.length).toString('latin1')

/** By (clock, id): negative when `a` is the older one. */
export const compareOrder = (a: HistoryEntry, b: HistoryEntry): number => a.clock - b.clock || compareBytes(a.id, b.id)

/** The newest first: a put or restore before a delete, then the highest (clock, id). */
export const compareHeads = (a: HistoryEntry, b: HistoryEntry): number => Number(a.kind === 'delete') - Number(b.kind === 'delete') || compareOrder(b, a)

/** The newest of a name, and whether there is another head. */
export type Heads<T extends HistoryEntry> = Pick<History<T>, 'heads' | 'newest' | 'conflict'>

/** What these heads of one tag mean; all of them, in any order. */
export function asHeads<T extends HistoryEntry> (list: readonly T[]): Heads<T> {
  const heads = list.toSorted(compareHeads)
  return { heads, newest: heads[0], conflict: heads.length > 1 }
}

/**
 * Applies the puts, restores and deletes of one tag, in whatever order they are given; the same
 * entry twice counts once.
 */
export function applyHistory<T extends HistoryEntry> (entries: Iterable<T>, { isVoid = () => false }: HistoryOptions = {}): History<T> {
  const applied = new Map<string, T>()
  const waiting: T[] = []
  const distinct = new Map<string, T>()
  for (const entry of entries) distinct.set(keyOf(entry.id), entry)
  // a right clock is above those of all ancestors, so one pass in this order sees them first
  for (const [key, entry] of [...distinct].sort(([, a], [, b]) => compareOrder(a, b))) {
    if (hasRightClock(entry, applied)) applied.set(key, entry)
    else waiting.push(entry)
  }
  return { applied: [...applied.values()], waiting, ...asHeads(findHeads(applied, isVoid)) }
}

function hasRightClock (entry: HistoryEntry, applied: ReadonlyMap<string, HistoryEntry>): boolean {
  let clock = 1
  for (const id of entry.after) {
    const before = applied.get(keyOf(id))
    if (before === undefined) return false
    clock = Math.max(clock, before.clock + 1)
  }
  return entry.clock === clock
}

/**
 * Entries that count and that no entry that counts stands after; a void one in an `after` stands
 * for its own `after`.
 */
function findHeads<T extends HistoryEntry> (applied: ReadonlyMap<string, T>, isVoid: (id: Uint8Array) => boolean): T[] {
  const voids = new Set([...applied].filter(([, { id }]) => isVoid(id)).map(([key]) => key))
  const covered = new Set<string>()
  for (const [key, entry] of applied) {
    if (voids.has(key)) continue
    const open = entry.after.map(keyOf)
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (covered.has(next)) continue
      covered.add(next)
      if (voids.has(next)) open.push(...(applied.get(next)?.after ?? []).map(keyOf))
    }
  }
  return [...applied].filter(([key]) => !voids.has(key) && !covered.has(key)).map(([, entry]) => entry)
}

/**
 * What the next entry of this name says: the 16 newest heads, sorted, and one more than their
 * highest clock.
 */
export function nextAfter ({ heads }: Pick<History<HistoryEntry>, 'heads'>): Next {
  const named = heads.slice(0, MAX_AFTER)
  return { after: named.map(({ id }) => id).sort(compareBytes), clock: 1 + Math.max(0, ...named.map(({ clock }) => clock)) }
}

export interface ForgetLike { id: Uint8Array, versions: readonly Uint8Array[] }

/**
 * The puts and restores whose blocks must be kept: heads, and all that no forget of this tag names;
 * applied or waiting, but not void. `forgets` are of the same tag, by writers that are known; void
 * ones count for nothing.
 */
export function liveVersions<T extends HistoryEntry> (history: Pick<History<T>, 'applied' | 'waiting' | 'heads'>, forgets: Iterable<ForgetLike>, { isVoid = () => false }: HistoryOptions = {}): T[] {
  const heads = new Set(history.heads)
  const forgotten = new Set<string>()
  for (const { id, versions } of forgets) {
    if (!isVoid(id)) for (const version of versions) forgotten.add(keyOf(version))
  }
  return [...history.applied, ...history.waiting].filter((entry) =>
    entry.kind !== 'delete' && !isVoid(entry.id) && (heads.has(entry) || !forgotten.has(keyOf(entry.id))))
}
