import type { PlacedVersion } from './types.js'

/** Groups that are fetched at once. */
export const FETCHES_AT_ONCE = 2
/** After a fetch that failed: the first pause, doubled up to the second. */
export const FETCH_AGAIN_MIN_MS = 60_000
export const FETCH_AGAIN_MAX_MS = 3600e3

/** Groups to be fetched, those with fewest known copies first, in the order of asking where these are equal. */
export class FetchQueue {
  private readonly buckets: Array<Map<number, PlacedVersion>> = []
  private readonly places = new Map<number, number>()

  get size (): number {
    return this.places.size
  }

  has (group: PlacedVersion): boolean {
    return this.places.has(group.id)
  }

  /** Adds it, or moves it to where it belongs now. */
  add (group: PlacedVersion, copies: number): void {
    const place = Math.min(copies, 8)
    const before = this.places.get(group.id)
    if (before === place) return
    if (before !== undefined) this.buckets[before]?.delete(group.id)
    this.places.set(group.id, place)
    const bucket = this.buckets[place] ?? new Map<number, PlacedVersion>()
    this.buckets[place] = bucket
    bucket.set(group.id, group)
  }

  remove (group: PlacedVersion): boolean {
    const place = this.places.get(group.id)
    if (place === undefined) return false
    this.places.delete(group.id)
    this.buckets[place]?.delete(group.id)
    return true
  }

  take (): PlacedVersion | undefined {
    for (const bucket of this.buckets) {
      for (const group of bucket?.values() ?? []) {
        this.remove(group)
        return group
      }
    }
    return undefined
  }
}
