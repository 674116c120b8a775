import type { Reason } from './replica-state.js'

/** Known copies from which on a slot is not more urgent than another. */
const PLENTY = 8

/** Slots to be looked at, those with fewest known copies first. */
export class SlotQueue {
  private readonly buckets: Array<Map<number, Reason>> = Array.from({ length: PLENTY + 1 }, () => new Map<number, Reason>())
  private readonly places = new Map<number, number>()

  get size (): number {
    return this.places.size
  }

  /** Of two marks of a slot the worse counts; a walk looks further than other reasons and stays one. */
  mark (slot: number, reason: Reason, copies: number): void {
    const before = this.places.get(slot)
    const place = Math.min(PLENTY, Math.max(0, copies), before ?? PLENTY)
    const was = before === undefined ? undefined : this.buckets[before]?.get(slot)
    if (before !== undefined) this.buckets[before]?.delete(slot)
    this.places.set(slot, place)
    this.buckets[place]?.set(slot, was === 'walk' ? was : reason)
  }

  /** Takes slots out until they have `groups` groups, as `count` counts, or none is left. */
  take (groups: number, count: (slot: number) => number): Array<{ slot: number, reason: Reason }> {
    const taken: Array<{ slot: number, reason: Reason }> = []
    let left = groups
    for (const bucket of this.buckets) {
      for (const [slot, reason] of bucket) {
        if (left <= 0) return taken
        bucket.delete(slot)
        this.places.delete(slot)
        taken.push({ slot, reason })
        left -= Math.max(1, count(slot))
      }
    }
    return taken
  }
}
