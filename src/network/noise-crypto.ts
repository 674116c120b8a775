/**
 * The `crypto` of Noise with keys kept as KeyObjects: createCipheriv with a raw key imports it anew for every frame of 64 KiB
 * (8 µs against 1.2 on Node 24), and a handshake, which anybody can ask for, imports each of its own keys twice and derives others in
 * JavaScript. Short messages stay with the package's own code.
 */
import { createCipheriv, createDecipheriv, createPublicKey, createSecretKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import type { KeyObject } from 'node:crypto'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'

const CIPHER = 'chacha20-poly1305'
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
/** Below this size one call into the package's WebAssembly costs less than a cipher object. */
const SHORT_BYTES = 256

/** Bounded by the connections that live: an entry goes with the key of its cipher state. */
const keys = new WeakMap<Uint8Array, KeyObject>()

/** Of private keys for the agreement, by the bytes that the package knows them by. */
const ownKeys = new WeakMap<Uint8Array, KeyObject>()
/** DER of a key of X25519 before its 32 bytes: SubjectPublicKeyInfo and PKCS #8. */
const X25519_PUBLIC = Buffer.from('302a300506032b656e032100', 'hex')
const PKCS8_BYTES = 16
const HASH_BYTES = 32
const LENGTH_BYTES = 2
const EMPTY = new Uint8Array(0)

function keyObject (raw: Uint8Array): KeyObject {
  let key = keys.get(raw)
  if (key === undefined) {
    key = createSecretKey(raw)
    keys.set(raw, key)
  }
  return key
}

type Data = Parameters<ICryptoInterface['chaCha20Poly1305Encrypt']>[0]
/** The package names the type of its own, older copy of the list; the two know each other by a common symbol. */
type List = Exclude<Data, Uint8Array>

function newList (): List {
  return new Uint8ArrayList() as unknown as List
}

function parts (data: Data): Iterable<Uint8Array> {
  return data instanceof Uint8Array ? [data] : data
}

const TOO_SHORT = new RangeError('the length of a message is not there yet')

/**
 * Reads the lengths of what is encrypted without an error made anew for each piece that comes, which costs more than all else that
 * is done for a short one: the package knows by that error that the next length is not there yet.
 */
export function readLengths (secured: object): void {
  const { decoder } = secured as { decoder?: { lengthDecoder?: (data: Uint8ArrayList) => number } }
  if (decoder?.lengthDecoder === undefined) return
  decoder.lengthDecoder = (data) => {
    if (data.byteLength < LENGTH_BYTES) throw TOO_SHORT
    return data.get(0) << 8 | data.get(1)
  }
}

export const noiseCrypto: ICryptoInterface = {
  ...defaultCrypto,

  /** HKDF of RFC 5869 with three outputs. */
  getHKDF (ck, ikm) {
    const all = new Uint8Array(hkdfSync('sha256', ikm, ck, EMPTY, 3 * HASH_BYTES))
    return [all.subarray(0, HASH_BYTES), all.subarray(HASH_BYTES, 2 * HASH_BYTES), all.subarray(2 * HASH_BYTES)]
  },

  generateX25519KeyPair () {
    const { publicKey, privateKey } = generateKeyPairSync('x25519')
    const raw = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(PKCS8_BYTES)
    ownKeys.set(raw, privateKey)
    return { publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(X25519_PUBLIC.length), privateKey: raw }
  },

  generateX25519SharedKey (privateKey, publicKey) {
    const own = privateKey instanceof Uint8Array ? ownKeys.get(privateKey) : undefined
    if (own === undefined) return defaultCrypto.generateX25519SharedKey(privateKey, publicKey)
    return diffieHellman({ privateKey: own, publicKey: createPublicKey({ key: Buffer.concat([X25519_PUBLIC, publicKey.subarray()]), type: 'spki', format: 'der' }) })
  },

  chaCha20Poly1305Encrypt (plaintext, nonce, ad, k) {
    if (plaintext.byteLength < SHORT_BYTES) return defaultCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, k)
    const cipher = createCipheriv(CIPHER, keyObject(k), nonce, OPTIONS)
    if (ad.byteLength > 0) cipher.setAAD(ad, { plaintextLength: plaintext.byteLength })
    const output = newList()
    for (const part of parts(plaintext)) output.append(cipher.update(part))
    cipher.final()
    output.append(cipher.getAuthTag())
    return output
  },

  chaCha20Poly1305Decrypt (ciphertext, nonce, ad, k, dst) {
    if (ciphertext.byteLength < SHORT_BYTES) return defaultCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, k, dst)
    const length = ciphertext.byteLength - TAG_BYTES
    const decipher = createDecipheriv(CIPHER, keyObject(k), nonce, OPTIONS)
    if (ad.byteLength > 0) decipher.setAAD(ad, { plaintextLength: length })
    decipher.setAuthTag(ciphertext.subarray(length))
    const body = ciphertext instanceof Uint8Array ? ciphertext.subarray(0, length) : ciphertext.sublist(0, length)
    const output = newList()
    for (const part of parts(body)) output.append(decipher.update(part))
    // throws when the tag does not fit: nothing of `output` leaves before
    decipher.final()
    return output
  }
}
