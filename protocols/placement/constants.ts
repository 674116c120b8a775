/**
 * This file holds the numbers of protocols/placement/README.md, "Limits"; a test compares the two.
 */

/** There are this many slots, each with one placement order that all its groups share. */
export const SLOTS = 65_536
/** One hash gives the ranks of this many slots. */
export const SLOTS_PER_HASH = 4
/** The placement seed of a version has this many bytes. */
export const SEED_BYTES = 16
/** There are this many classes of capacity from one power of two to the next. */
export const CLASSES_PER_DOUBLING = 4
/** This number is subtracted from each class, so that class 0 begins at 1 GiB. */
export const CLASS_OFFSET = 120
/** A member counts for at most this many times the lower median. */
export const MEDIAN_FACTOR = 8
/** A record can state at most this capacity, 2^53 - 1. */
export const MAX_CAPACITY_BYTES = Number.MAX_SAFE_INTEGER
