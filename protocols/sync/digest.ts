import { add256 } from '../block/sum.js'
import { ProtocolError } from '../errors.js'
import { SUM_BYTES } from './constants.js'

/** A digest summarises a set of entries. */
export interface Digest {
  /** The number of entries in the set. */
  count: number
  /** The sum of the ids, read as big-endian numbers, mod 2^256: 32 bytes. */
  sum: Uint8Array
}

/** Returns the digest of the empty set. */
export function emptyDigest (): Digest {
  return { count: 0, sum: new Uint8Array(SUM_BYTES) }
}

/**
 * Returns the digest of a set with one more entry. An id has 32 bytes; an id that is added twice
 * counts twice.
 *
 * @throws ProtocolError MALFORMED for an id of another length
 */
export function addToDigest (digest: Digest, id: Uint8Array): Digest {
  if (id.length !== SUM_BYTES) throw new ProtocolError('MALFORMED', `An id of ${id.length} bytes`)
  return { count: digest.count + 1, sum: add256(digest.sum, id) }
}

export function sameDigest (a: Digest, b: Digest): boolean {
  return a.count === b.count && a.sum.every((byte, at) => byte === b.sum[at])
}

/** Returns the digest of the union of sets that have no id in common. */
export function totalOf (digests: Digest[]): Digest {
  return digests.reduce((total, { count, sum }) => ({ count: total.count + count, sum: add256(total.sum, sum) }), emptyDigest())
}
