/**
 * The history of a name is a function of the set of its entries alone, so it is the same on every
 * node. Spec: protocols/vault/README.md, "History". It uses no wall clock and no order of arrival.
 */
import { compareBytes } from '../block/hash.js'
import { MAX_AFTER } from './limits.js'

/**
 * History needs this part of a put, restore or delete. All entries have the same tag and known
 * writers.
 */
export interface HistoryEntry {
  id: Uint8Array
  kind: 'put' | 'restore' | 'delete'
  clock: number
  after: readonly Uint8Array[]
}

export interface History<T extends HistoryEntry> {
  /** The applied entries in the order (clock, id), void ones included. */
  applied: T[]
  /**
   * The entries that are kept and relayed but not applied: an ancestor is missing or of another tag
   * or kind, or the clock is wrong.
   */
  waiting: T[]
  /** The heads, the newest first. */
  heads: T[]
  /**
   * The entry that decides the present state of the name; missing when every applied entry is void
   * or none is applied.
   */
  newest: T | undefined
  /** True when the name has more than one head. */
  conflict: boolean
}

export interface HistoryOptions {
  /**
   * Returns true when revokes make the entry with this id void.
   * @default no entry is void
   */
  isVoid?: (id: Uint8Array) => boolean
}

/** The heads that a new entry names, and its clock. */
export interface Next { after: Uint8Array[], clock: number }

const keyOf = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.length).toString('latin1')

/** Compares by (clock, id): negative when `a` is older. */
export const compareOrder = (a: HistoryEntry, b: HistoryEntry): number => a.clock - b.clock || compareBytes(a.id, b.id)

/** Sorts the newest head first: a put or restore before a delete, then the highest (clock, id). */
export const compareHeads = (a: HistoryEntry, b: HistoryEntry): number => Number(a.kind === 'delete') - Number(b.kind === 'delete') || compareOrder(b, a)

/** The heads of a name, the newest among them, and whether there is a conflict. */
export type Heads<T extends HistoryEntry> = Pick<History<T>, 'heads' | 'newest' | 'conflict'>

/** Returns the state of a name from all of its heads, in any order. */
export function asHeads<T extends HistoryEntry> (list: readonly T[]): Heads<T> {
  const heads = list.toSorted(compareHeads)
  return { heads, newest: heads[0], conflict: heads.length > 1 }
}

/**
 * Applies the puts, restores and deletes of one tag, in any order. An entry that is given twice
 * counts once.
 */
export function applyHistory<T extends HistoryEntry> (entries: Iterable<T>, { isVoid = () => false }: HistoryOptions = {}): History<T> {
  const applied = new Map<string, T>()
  const waiting: T[] = []
  const distinct = new Map<string, T>()
  for (const entry of entries) distinct.set(keyOf(entry.id), entry)
  // a correct clock is higher than those of all ancestors, so one pass in this order sees the
  // ancestors first
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
 * Returns the entries that are not void and not replaced by another such entry. A void entry in an
 * `after` passes on to its own `after`.
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
 * Returns the `after` and `clock` of the next entry of a name: the 16 newest heads, sorted, and one
 * more than their highest clock.
 */
export function nextAfter ({ heads }: Pick<History<HistoryEntry>, 'heads'>): Next {
  const named = heads.slice(0, MAX_AFTER)
  return { after: named.map(({ id }) => id).sort(compareBytes), clock: 1 + Math.max(0, ...named.map(({ clock }) => clock)) }
}

export interface ForgetLike { id: Uint8Array, versions: readonly Uint8Array[] }

/**
 * Returns the puts and restores whose blocks must be kept: the heads, and each version that no
 * forget names, applied or waiting, but not void. `forgets` are of the same tag, by known writers;
 * void ones have no effect.
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
