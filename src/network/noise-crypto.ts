/**
 * The `crypto` of Noise with the transport keys kept as KeyObjects: createCipheriv with a raw key imports it anew for
 * every frame of 64 KiB (8 µs against 1.2 on Node 24). Short messages and the handshake stay with the package's own code.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
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

export const noiseCrypto: ICryptoInterface = {
  ...defaultCrypto,

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
