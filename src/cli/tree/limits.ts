/**
 * At most this many files are put or fetched at once: two full groups of the index, one being
 * committed and one being prepared.
 */
export const FILES_AT_ONCE = 128
/**
 * At most two files of this size run at once, because a large file fills the machine and the
 * network by itself.
 */
const LARGE_BYTES = 16 * 1024 ** 2
const BUDGET_BYTES = 2 * LARGE_BYTES

/** Returns the options of `eachAtOnce` that weigh items by size. */
export const bySize = <T> (size: (item: T) => number): { most: number, budget: number, weigh: (item: T) => number } =>
  ({ most: FILES_AT_ONCE, budget: BUDGET_BYTES, weigh: (item) => Math.min(LARGE_BYTES, size(item)) })
