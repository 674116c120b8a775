/**
 * A member counts by the class of its capacity. Spec: protocols/placement/README.md, "Class". The
 * computation uses only integers, so that all nodes agree.
 */
import { ProtocolError } from '../errors.js'
import { CLASS_OFFSET, CLASSES_PER_DOUBLING, MAX_CAPACITY_BYTES, MEDIAN_FACTOR } from './constants.js'

/** The capacity of a member in its record and in its certificate, in bytes. */
export interface Lent {
  /** The capacity in the member's newest record; undefined when there is no record. */
  published: number | undefined
  /**
   * The bound in the member's certificate.
   * @default no bound
   */
  maxCapacity?: number | undefined
}

/**
 * Returns ⌊log2(capacity^4)⌋ - 120, exactly.
 *
 * @throws RangeError unless `capacity` is an integer of 1..2^53 - 1
 */
export function classOf (capacity: number): number {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`not a capacity of 1..2^53 - 1: ${capacity}`)
  const power = BigInt(capacity) ** BigInt(CLASSES_PER_DOUBLING)
  return power.toString(2).length - 1 - CLASS_OFFSET
}

/**
 * Returns the counted capacity of each current member in bytes; undefined: the member is not in the
 * order. It is the least of the published capacity, the bound of the certificate, and 8 times the
 * lower median. The median is of the least of the first two, over all members with a record and
 * more than 0.
 *
 * @throws ProtocolError MALFORMED for a number that no record or certificate can state
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
 * Returns the class of each current member; undefined: the member holds nothing and is not in the
 * order.
 */
export function classesOf (members: readonly Lent[]): Array<number | undefined> {
  return countedCapacities(members).map((bytes) => bytes === undefined ? undefined : classOf(bytes))
}

function checked (bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new ProtocolError('MALFORMED', `a capacity of ${bytes} bytes`)
  return bytes
}
