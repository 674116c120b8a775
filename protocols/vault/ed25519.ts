/**
 * All implementations must verify Ed25519 by the same rules: RFC 8032, cofactorless, S < L, A and R
 * canonical and not of small order. Spec: protocols/vault/README.md, "Signatures". Libraries differ
 * from version to version in what else they accept, so this file checks everything but the
 * equation. It also tries the library's equation once on a signature that only the cofactored
 * equation accepts: a runtime with such a library stops, because its nodes would accept other sets
 * of entries.
 */
import { createPrivateKey, createPublicKey, sign as ed25519Sign, verify as ed25519Verify } from 'node:crypto'
import { equal, label } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import type { KeyObject } from 'node:crypto'

export const SEED_BYTES = 32
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
/**
 * An inlined libp2p Ed25519 PeerId (identity multihash of the protobuf public key) has this many
 * bytes.
 */
export const PEER_BYTES = 38

/** At most this many imported public keys are cached; an import costs a third of a verification. */
const MAX_READY_KEYS = 256
const PEER_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const PRIVATE_DER = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20)
const PUBLIC_DER = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00)

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

/** The order of the base point, 2^252 + 27742317777372353535851937790883648493, little-endian. */
const L = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
/** 2^255 - 19, little-endian. */
const P = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')
/**
 * The y of the eight points of small order, little-endian, without the sign of x: 0, 1, -1, and the
 * two of order 8.
 */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(fromHex)

/**
 * This signature over the bytes "cofactored" holds only under the cofactored equation: R is moved
 * by a point of order 8.
 */
export const COFACTORED = {
  publicKey: fromHex('ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c'),
  message: new Uint8Array(Buffer.from('cofactored')),
  signature: fromHex('c071b7719870acebe8257c09074a37feef0f7eac8adbc2d2d2b6ee9d0bbb8abdad259f2cb21e7e6591a3035b427486d443e6d8c4fa6b28adac83d2f41db33f0f')
}

interface Ready { seed: Uint8Array, key: KeyObject, publicKey: Uint8Array }
/**
 * The imported key of a seed, with a copy of the seed's bytes: a reused buffer then counts as a new
 * seed.
 */
const privateKeys = new WeakMap<Uint8Array, Ready>()
const publicKeys = new Map<string, KeyObject>()
let trusted = false

/** Returns the 32 bytes of the public key of a 32-byte seed. */
export function publicKeyOf (seed: Uint8Array): Uint8Array {
  return ready(seed).publicKey.slice()
}

/** Returns Sign(seed, purpose, message): 64 bytes, Ed25519 over L(purpose) ‖ message. */
export function sign (seed: Uint8Array, purpose: string, message: Uint8Array): Uint8Array {
  return new Uint8Array(ed25519Sign(null, signedBytes(purpose, message), ready(seed).key))
}

/**
 * Returns the bytes to sign, L(purpose) ‖ message, for keys that sign elsewhere, such as a node's.
 */
export function signedBytes (purpose: string, message: Uint8Array): Uint8Array {
  const prefix = label(purpose)
  const bytes = new Uint8Array(prefix.length + message.length)
  bytes.set(prefix)
  bytes.set(message, prefix.length)
  return bytes
}

/**
 * Returns true exactly when `signature` is this key's for this purpose and message, by the strict
 * rules. It never throws for wrong bytes.
 */
export function verify (publicKey: Uint8Array, purpose: string, message: Uint8Array, signature: Uint8Array): boolean {
  return verifyRaw(publicKey, signedBytes(purpose, message), signature)
}

/** Verifies like `verify`, over bytes that contain their own label. */
export function verifyRaw (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isStrictForm(publicKey, signature)) return false
  if (!trusted) {
    refuseCofactored()
    trusted = true
  }
  const name = Buffer.from(publicKey).toString('latin1')
  const known = publicKeys.get(name)
  const key = known ?? importPublic(publicKey)
  const holds = ed25519Verify(null, message, key, signature)
  // only a key with a valid signature is cached, so a flood of other keys evicts none
  if (holds && known === undefined) keep(name, key)
  return holds
}

/**
 * Returns true if everything but the equation holds: lengths, A and R canonical and not of small
 * order, S < L.
 */
export function isStrictForm (publicKey: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && isStrictPoint(publicKey) && isStrictPoint(signature.subarray(0, 32)) && isBelow(signature.subarray(32), L)
}

/**
 * Returns true if a key may sign by its form: 32 bytes, canonical, not of small order. Whether it
 * lies on the curve is checked by `verify`.
 */
export function isStrictPoint (point: Uint8Array): boolean {
  if (point.length !== PUBLIC_KEY_BYTES) return false
  const y = point.slice()
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, P) && !SMALL_ORDER_Y.some((small) => equal(small, y))
}

/** Returns the 38 bytes of the PeerId of an Ed25519 public key. */
export function peerBytes (publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new ProtocolError('MALFORMED', 'A public key has 32 bytes')
  const bytes = new Uint8Array(PEER_BYTES)
  bytes.set(PEER_PREFIX)
  bytes.set(publicKey, PEER_PREFIX.length)
  return bytes
}

/**
 * Returns the Ed25519 public key in the 38 bytes of a PeerId.
 *
 * @throws ProtocolError MALFORMED for any other kind of id
 */
export function peerKey (peer: Uint8Array): Uint8Array {
  if (peer.length !== PEER_BYTES || !equal(peer.subarray(0, PEER_PREFIX.length), PEER_PREFIX)) {
    throw new ProtocolError('MALFORMED', 'A peer is the 38 bytes of an inlined Ed25519 PeerId')
  }
  return peer.slice(PEER_PREFIX.length)
}

/**
 * Compares two little-endian numbers of 32 bytes. Both are public, so the time need not be
 * constant.
 */
function isBelow (a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function ready (seed: Uint8Array): Ready {
  if (seed.length !== SEED_BYTES) throw new ProtocolError('MALFORMED', 'A seed has 32 bytes')
  const known = privateKeys.get(seed)
  if (known !== undefined && equal(known.seed, seed)) return known
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_DER, seed]), format: 'der', type: 'pkcs8' })
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const fresh = { seed: seed.slice(), key, publicKey: new Uint8Array(der.subarray(PUBLIC_DER.length)) }
  privateKeys.set(seed, fresh)
  return fresh
}

/**
 * Imports 32 bytes of a strict form. OpenSSL imports any 32 bytes and checks the curve only when it
 * verifies.
 */
function importPublic (publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, publicKey]), format: 'der', type: 'spki' })
}

function keep (name: string, key: KeyObject): void {
  const oldest = publicKeys.keys().next()
  if (publicKeys.size >= MAX_READY_KEYS && oldest.done !== true) publicKeys.delete(oldest.value)
  publicKeys.set(name, key)
}

function refuseCofactored (): void {
  if (ed25519Verify(null, COFACTORED.message, importPublic(COFACTORED.publicKey), COFACTORED.signature)) {
    throw new ProtocolError('UNSUPPORTED', 'The crypto library of this runtime verifies Ed25519 with the cofactor: it would accept what other nodes refuse')
  }
}
