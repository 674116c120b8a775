/**
 * How much a member counts for: its class of capacity. Spec: README.md, "Class". Integers only, so
 * that all nodes agree.
 */
import { ProtocolError } from '../errors.js'
import { CLASS_OFFSET, CLASSES_PER_DOUBLING, MAX_CAPACITY_BYTES, MEDIAN_FACTOR } from './constants.js'

/** What a member's record and certificate say of its capacity, in bytes. */
export interface Lent {
  /** Of its newest record; undefined when there is none. */
  published: number | undefined
  /** Of its certificate. @default no bound */
  maxCapacity?: number | undefined
}

/** ⌊log2(capacity^4)⌋ - 120, exactly. RangeError for what is no integer of 1..2^53 - 1. */
export function classOf (capacity: number): number {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`not a capacity of 1..2^53 - 1: ${capacity}`)
  const power = BigInt(capacity) ** BigInt(CLASSES_PER_DOUBLING)
  return power.toString(2).length - 1 - CLASS_OFFSET
}

/**
 * What each of all current members counts for, in bytes: the least of what it published, its
 * certificate's bound, and 8 times the lower median of the least of these two over all members with
 * a record and more than 0. Undefined: not in the order.
 *
 * @throws ProtocolError MALFORMED for what a record or certificate cannot say
 */
export function countedCapacities (members: readonly Lent[]): Array<number | undefined> {
  const lent = members.map(({ published, maxCapacity }) => {
    if (published === undefined) return 0
    return Math.min(checked(published), maxCapacity === undefined ? MAX_CAPACITY_BYTES : checked(maxCapacity))
  })
  const positive = lent.filter((bytes) => bytes > 0).sort((a, b) => a - b)
  const most = MEDIAN_FACTOR * (positive[Math.floor((positive.length - 1) / 2)] ?? 0)
  return lent.map((bytes) => bytes > 0 ? Math.min(bytes, most) : undefined)
}

/**
 * The class of each of all current members; undefined: it holds nothing and is not in the order.
 */
export function classesOf (members: readonly Lent[]): Array<number | undefined> {
  return countedCapacities(members).map((bytes) => bytes === undefined ? undefined : classOf(bytes))
}

function checked (bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new ProtocolError('MALFORMED', `a capacity of ${bytes} bytes`)
  return bytes
}
