/**
 * Hashes, MACs and labels. Spec: protocols/README.md, "Notation". All results are fresh plain Uint8Arrays.
 */
import { createHash, createHmac, createSecretKey, hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Length of H, MAC and KDF in bytes. */
export const HASH_BYTES = 32
const LABEL_PREFIX = 'dfs/1/'
const NOTHING = new Uint8Array(0)

/** L(x): the ASCII bytes of `dfs/1/x` and one zero byte. Hold the result in a constant where it is used often. */
export function label (x: string): Uint8Array {
  return plain(Buffer.from(`${LABEL_PREFIX}${x}\0`, 'ascii'))
}

/** H: SHA-256 of the parts, one after the other. */
export function sha256 (...parts: Uint8Array[]): Uint8Array {
  const only = parts[0]
  if (only !== undefined && parts.length === 1) return plain(hash('sha256', only, 'buffer'))
  const hasher = createHash('sha256')
  for (const part of parts) hasher.update(part)
  return plain(hasher.digest())
}

/** MAC: HMAC-SHA-256 of the parts, one after the other. */
export function mac (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  // with a key of plain bytes Node 24 takes 20 us, most of it to find out what the key is; with a KeyObject 3
  const hasher = createHmac('sha256', createSecretKey(key))
  for (const part of parts) hasher.update(part)
  return plain(hasher.digest())
}

/** KDF: HKDF-SHA-256 with an empty salt and info L(name), 32 bytes. */
export function kdf (key: Uint8Array, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, NOTHING, label(name), HASH_BYTES))
}

/** Eight bytes, big-endian. `n` is an integer of 0..2^53 - 1. */
export function u64 (n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`not an integer of 0..2^53 - 1: ${n}`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n))
  return bytes
}

/** True when both are the same bytes; takes the same time wherever they differ. Lengths are not secret. */
export function equal (a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Orders byte strings: negative when `a` comes first. A prefix comes before what it begins. */
export function compareBytes (a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** The same memory without Buffer's methods, so that what the API hands out is what it says. */
function plain (buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
