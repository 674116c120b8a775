import { HASH_BYTES } from './hash.js'

/**
 * Returns the sum of two numbers of 32 bytes, big-endian, mod 2^256. The order of additions makes
 * no difference.
 */
export function add256 (a: Uint8Array, b: Uint8Array): Uint8Array {
  const sum = new Uint8Array(HASH_BYTES)
  for (let at = HASH_BYTES - 1, carry = 0; at >= 0; at--) {
    carry += (a[at] ?? 0) + (b[at] ?? 0)
    sum[at] = carry
    carry >>= 8
  }
  return sum
}

/** Returns `a - b` mod 2^256, so that `add256(sub256(a, b), b)` is `a`. */
export function sub256 (a: Uint8Array, b: Uint8Array): Uint8Array {
  const rest = new Uint8Array(HASH_BYTES)
  for (let at = HASH_BYTES - 1, borrow = 0; at >= 0; at--) {
    const digit = (a[at] ?? 0) - (b[at] ?? 0) - borrow
    rest[at] = digit
    borrow = digit < 0 ? 1 : 0
  }
  return rest
}
