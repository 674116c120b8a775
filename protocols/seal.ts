/**
 * Seal and Open. Spec: protocols/README.md, "Seal". The only file that makes ciphers (lint).
 *
 * Seal(K, aad, P) = MAC(K, L("commit")) ‖ AES-256-GCM(MAC(K, L("aes")), 12 zero bytes, aad, P) ‖
 * 16-byte tag
 *
 * The nonce is constant, so K must be derived from all of `aad` and `plaintext`, or be used once.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { equal, label, mac } from './block/hash.js'
import { ProtocolError } from './errors.js'

const CIPHER = 'aes-256-gcm'
const NONCE = new Uint8Array(12)
const COMMIT_BYTES = 32
const TAG_BYTES = 16
/** What Seal adds to its plaintext. */
export const SEAL_EXTRA_BYTES = COMMIT_BYTES + TAG_BYTES
const COMMIT = label('commit')
const AES = label('aes')
/** Without it Node would accept a tag of 4 bytes. */
const OPTIONS = { authTagLength: TAG_BYTES }

/**
 * The cipher hands out fresh memory for each piece; pieces this small are reused by the allocator
 * (4 to 10 % faster than 1 MiB at once).
 */
const PIECE_BYTES = 64 * 1024

/** No AAD. */
export const NO_AAD = new Uint8Array(0)

/** As a KeyObject: a cipher takes 4 us to make with it, 12 with plain bytes (Node 24). */
const aesKey = (key: Uint8Array): KeyObject => createSecretKey(mac(key, AES))

/** `plaintext` under `key`, SEAL_EXTRA_BYTES longer, in fresh memory. */
export function seal (key: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(Buffer.allocUnsafeSlow(plaintext.length + SEAL_EXTRA_BYTES).buffer)
  const cipher = createCipheriv(CIPHER, aesKey(key), NONCE, OPTIONS)
  if (aad.length > 0) cipher.setAAD(aad)
  sealed.set(mac(key, COMMIT))
  for (let at = 0; at < plaintext.length; at += PIECE_BYTES) {
    sealed.set(cipher.update(plaintext.subarray(at, at + PIECE_BYTES)), COMMIT_BYTES + at)
  }
  cipher.final()
  sealed.set(cipher.getAuthTag(), COMMIT_BYTES + plaintext.length)
  return sealed
}

/**
 * True when `key` is the one that these bytes commit to; whether they were altered since, `open`
 * says.
 */
export function isSealedUnder (key: Uint8Array, sealed: Uint8Array): boolean {
  return equal(mac(key, COMMIT), sealed.subarray(0, COMMIT_BYTES))
}

/**
 * What was sealed, in fresh memory. ProtocolError INVALID_DATA, and not a byte, when anything of it
 * was altered or the key is another.
 */
export function open (key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < SEAL_EXTRA_BYTES) throw new ProtocolError('INVALID_DATA', 'sealed bytes are too short')
  const tagAt = sealed.length - TAG_BYTES
  // GCM alone commits to no key: without this one block could open to two contents
  if (!isSealedUnder(key, sealed)) throw new ProtocolError('INVALID_DATA', 'sealed under another key')
  const decipher = createDecipheriv(CIPHER, aesKey(key), NONCE, OPTIONS)
  if (aad.length > 0) decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(tagAt))
  const plaintext = decipher.update(sealed.subarray(COMMIT_BYTES, tagAt))
  try {
    decipher.final()
  } catch (cause) {
    throw new ProtocolError('INVALID_DATA', 'sealed bytes were altered', { cause })
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length)
}
