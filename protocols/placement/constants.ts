/** Numbers of placement. Spec: README.md, "Limits"; a test holds them against it. */

/** Groups share this many orders of members. */
export const SLOTS = 65_536
/** Slots whose ranks one hash gives. */
export const SLOTS_PER_HASH = 4
/** Bytes of a version's placement seed. */
export const SEED_BYTES = 16
/** Classes of capacity from one power of two to the next. */
export const CLASSES_PER_DOUBLING = 4
/** Taken off each class, so that class 0 begins at 1 GiB. */
export const CLASS_OFFSET = 120
/** A member counts for at most this many times the lower median. */
export const MEDIAN_FACTOR = 8
/** 2^53 - 1: the most that a record can say. */
export const MAX_CAPACITY_BYTES = Number.MAX_SAFE_INTEGER
