/** Files being put or fetched at once: two full groups of the index, of which one is committed while the other is made ready. */
export const FILES_AT_ONCE = 128
/** Large files fill the machine and the wire by themselves: at most two at once. */
const LARGE_BYTES = 16 * 1024 ** 2
const BUDGET_BYTES = 2 * LARGE_BYTES

/** For eachAtOnce. */
export const bySize = <T> (size: (item: T) => number): { most: number, budget: number, weigh: (item: T) => number } =>
  ({ most: FILES_AT_ONCE, budget: BUDGET_BYTES, weigh: (item) => Math.min(LARGE_BYTES, size(item)) })
