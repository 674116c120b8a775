import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { noiseCrypto, readLengths } from '../../src/network/noise-crypto.js'

type Data = Parameters<typeof noiseCrypto.chaCha20Poly1305Encrypt>[0]
const SIZES = [0, 1, 16, 239, 240, 241, 255, 256, 257, 1200, 65519]
const nonce = new Uint8Array(12)
const none = new Uint8Array()

function pieces (bytes: Uint8Array): Data {
  return new Uint8ArrayList(bytes.subarray(0, 12), bytes.subarray(12, 100), bytes.subarray(100)) as unknown as Data
}

describe('noise crypto', () => {
  const key = randomBytes(32)
  for (const [form, shape] of [['one piece', (bytes: Uint8Array) => bytes as Data], ['pieces', pieces]] as const) {
    for (const [name, ad] of [['without', none], ['with', randomBytes(32)]] as const) {
      it(`agrees with the package on ${form} ${name} associated data`, () => {
        for (const size of SIZES) {
          const plain = randomBytes(size)
          const ours = noiseCrypto.chaCha20Poly1305Encrypt(shape(plain), nonce, ad, key).subarray()
          assert.deepEqual(Buffer.from(ours), Buffer.from(defaultCrypto.chaCha20Poly1305Encrypt(plain, nonce, ad, key).subarray()))
          assert.deepEqual(Buffer.from(noiseCrypto.chaCha20Poly1305Decrypt(shape(Uint8Array.from(ours)), nonce, ad, key).subarray()), plain)
        }
      })
    }
  }

  it('refuses a changed byte anywhere, another nonce, key or associated data', () => {
    for (const size of [0, 100, 1000]) {
      const sealed = noiseCrypto.chaCha20Poly1305Encrypt(randomBytes(size), nonce, none, key).subarray()
      for (const at of [0, Math.floor(size / 2), size, size + 15]) {
        const bad = Uint8Array.from(sealed)
        bad[at] = (bad[at] ?? 0) ^ 1
        assert.throws(() => noiseCrypto.chaCha20Poly1305Decrypt(bad, nonce, none, key))
      }
      assert.throws(() => noiseCrypto.chaCha20Poly1305Decrypt(Uint8Array.from(sealed), new Uint8Array(12).fill(1), none, key))
      assert.throws(() => noiseCrypto.chaCha20Poly1305Decrypt(Uint8Array.from(sealed), nonce, none, randomBytes(32)))
      assert.throws(() => noiseCrypto.chaCha20Poly1305Decrypt(Uint8Array.from(sealed), nonce, Uint8Array.of(1), key))
    }
  })

  it('agrees with the package on keys: those derived, and those agreed on with its own or ours', () => {
    for (const ikm of [new Uint8Array(0), randomBytes(32)]) {
      const ck = randomBytes(32)
      assert.deepEqual(noiseCrypto.getHKDF(ck, ikm).map((one) => Buffer.from(one)), defaultCrypto.getHKDF(ck, ikm).map((one) => Buffer.from(one)))
    }
    for (const [a, b] of [[noiseCrypto, noiseCrypto], [noiseCrypto, defaultCrypto]] as const) {
      const [own, other] = [a.generateX25519KeyPair(), b.generateX25519KeyPair()]
      assert.deepEqual([own.publicKey.length, own.privateKey.length], [32, 32])
      assert.deepEqual(Buffer.from(a.generateX25519SharedKey(own.privateKey, other.publicKey)), Buffer.from(b.generateX25519SharedKey(other.privateKey, own.publicKey)))
      // bytes that are not those of a key made here
      assert.deepEqual(Buffer.from(a.generateX25519SharedKey(Uint8Array.from(own.privateKey), other.publicKey)), Buffer.from(defaultCrypto.generateX25519SharedKey(own.privateKey, other.publicKey)))
    }
    assert.throws(() => noiseCrypto.generateX25519SharedKey(noiseCrypto.generateX25519KeyPair().privateKey, new Uint8Array(32)))
  })

  it('reads lengths from whatever pieces they come in, and tells that one is not there yet', () => {
    const decoder: { lengthDecoder?: (data: Uint8ArrayList) => number } = { lengthDecoder: () => 0 }
    readLengths({ decoder })
    const read = decoder.lengthDecoder
    assert.equal(read?.(new Uint8ArrayList(Uint8Array.of(0xff), Uint8Array.of(0xfe, 1))), 0xfffe)
    assert.throws(() => read?.(new Uint8ArrayList(Uint8Array.of(1))), RangeError)
    const none = {}
    readLengths(none)
    assert.deepEqual(none, {})
  })
})
