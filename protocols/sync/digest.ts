import { add256 } from '../block/sum.js'
import { ProtocolError } from '../errors.js'
import { SUM_BYTES } from './constants.js'

/** What a set of entries looks like from outside. */
export interface Digest {
  /** Entries in the set. */
  count: number
  /** The sum of their ids, read as big-endian numbers, mod 2^256: 32 bytes. */
  sum: Uint8Array
}

/** Sum and count of no entries. */
export function emptyDigest (): Digest {
  return { count: 0, sum: new Uint8Array(SUM_BYTES) }
}

/**
 * The digest of a set with one more entry. An id is 32 bytes; the same id added twice counts twice.
 */
export function addToDigest (digest: Digest, id: Uint8Array): Digest {
  if (id.length !== SUM_BYTES) throw new ProtocolError('MALFORMED', `An id of ${id.length} bytes`)
  return { count: digest.count + 1, sum: add256(digest.sum, id) }
}

export function sameDigest (a: Digest, b: Digest): boolean {
  return a.count === b.count && a.sum.every((byte, at) => byte === b.sum[at])
}

/** The digest of several sets together that have no id in common. */
export function totalOf (digests: Digest[]): Digest {
  return digests.reduce((total, { count, sum }) => ({ count: total.count + count, sum: add256(total.sum, sum) }), emptyDigest())
}
