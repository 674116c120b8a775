import { HASH_BYTES } from './hash.js'

/** The sum of two numbers of 32 bytes, big-endian, mod 2^256: order of addition makes no difference. */
export function add256 (a: Uint8Array, b: Uint8Array): Uint8Array {
  const sum = new Uint8Array(HASH_BYTES)
  for (let at = HASH_BYTES - 1, carry = 0; at >= 0; at--) {
    carry += (a[at] ?? 0) + (b[at] ?? 0)
    sum[at] = carry
    carry >>= 8
  }
  return sum
}
