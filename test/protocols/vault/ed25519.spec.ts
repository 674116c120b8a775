import assert from 'node:assert/strict'
import fc from 'fast-check'
import { COFACTORED, isStrictForm, isStrictPoint, peerBytes, peerKey, publicKeyOf, sign, signedBytes, verify, verifyRaw } from '../../../protocols/vault/ed25519.js'
import { compress, IDENTITY, L, mod, scalarOf, signMoved, torsion, verifies } from './reference-ed25519.js'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const small = torsion()

describe('vault: strict Ed25519', () => {
  it('knows the eight points of small order, and no others', () => {
    assert.equal(new Set(small.map((point) => Buffer.from(compress(point)).toString('hex'))).size, 8)
    for (const point of small) assert.equal(isStrictPoint(compress(point)), false)
    assert.equal(isStrictPoint(publicKeyOf(new Uint8Array(32))), true)
  })

  it('refuses by form, whatever the library does, an S from L up and a y from 2^255 - 19 up', () => {
    const number = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number(value >> BigInt(8 * i) & 255n))
    const [key, signature] = [publicKeyOf(new Uint8Array(32)), sign(new Uint8Array(32), 'x', new Uint8Array(1))]
    const withS = (value: bigint): Uint8Array => new Uint8Array([...signature.subarray(0, 32), ...number(value)])
    assert.deepEqual([0n, L - 1n, L, L + 1n, 2n ** 256n - 1n].map((value) => isStrictForm(key, withS(value))), [true, true, false, false, false])
    const P = 2n ** 255n - 19n
    // P - 2, P + 2 and P + 3 are y (or names of y) that are not of small order
    assert.deepEqual([P - 2n, P + 2n, P + 3n, 2n ** 255n - 1n].map((value) => isStrictPoint(number(value))), [true, false, false, false])
  })

  it('takes what it signs, and nothing that differs in one bit', () => {
    fc.assert(fc.property(bytes(32), fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 511 }), (seed, message, bit) => {
      const [key, signature] = [publicKeyOf(seed), sign(seed, 'entry', message)]
      assert.equal(verify(key, 'entry', message, signature), true)
      assert.equal(verify(key, 'member', message, signature), false)
      const other = signature.map((byte, i) => i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)
      assert.equal(verify(key, 'entry', message, other), false)
    }), { numRuns: 50 })
  })

  it('says what arithmetic of its own says, with A and R moved by every point of small order', () => {
    fc.assert(fc.property(bytes(32), fc.bigInt({ min: 2n, max: L - 1n }), bytes(8), fc.nat({ max: 7 }), fc.nat({ max: 7 }), (seed, nonce, message, i, j) => {
      const signed = signedBytes('x', message)
      const { publicKey, signature } = signMoved(mod(scalarOf(seed), L), nonce, signed, { moveR: small[i] ?? IDENTITY, moveA: small[j] ?? IDENTITY })
      assert.equal(verifyRaw(publicKey, signed, signature), verifies(publicKey, signed, signature))
      assert.equal(verifies(publicKey, signed, signature, { cofactored: true }), true)
    }), { numRuns: 40 })
  })

  it('answers false, and never throws, for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 20 }), (key, signature, message) => {
      assert.equal(verifyRaw(key, message, signature), false)
    }))
    fc.assert(fc.property(bytes(32), bytes(64), (key, signature) => { assert.equal(verifyRaw(key, new Uint8Array(3), signature), false) }))
  })

  it('goes by the bytes of a seed, also when a buffer is used again', () => {
    const seed = new Uint8Array(32).fill(1)
    const before = publicKeyOf(seed)
    seed.fill(2)
    assert.notDeepEqual(publicKeyOf(seed), before)
    assert.deepEqual(publicKeyOf(seed), publicKeyOf(new Uint8Array(32).fill(2)))
  })

  it('still knows keys after more others were used than it keeps ready', () => {
    const seeds = Array.from({ length: 300 }, (_, i) => new Uint8Array(32).fill(i & 255).fill(i >> 8, 0, 1))
    for (const seed of [...seeds, ...seeds]) assert.equal(verify(publicKeyOf(seed), 'x', seed, sign(seed, 'x', seed)), true)
    const [one, two] = seeds
    assert.equal(verify(publicKeyOf(one!), 'x', one!, sign(two!, 'x', one!)), false)
  })

  it('tries the library on a signature that holds under the cofactored equation alone', () => {
    const { publicKey, message, signature } = COFACTORED
    assert.equal(verifies(publicKey, message, signature, { cofactored: true }), true)
    assert.equal(verifies(publicKey, message, signature), false)
    assert.equal(isStrictForm(publicKey, signature), true)
    assert.equal(verifyRaw(publicKey, message, signature), false)
  })

  it('turns keys into peers and back, and takes no other kind of peer', () => {
    const key = publicKeyOf(new Uint8Array(32))
    assert.deepEqual(peerKey(peerBytes(key)), key)
    const peer = peerBytes(key)
    for (const wrong of [peer.subarray(1), key, peer.with(3, 2), peer.with(0, 0x12), new Uint8Array(39)]) {
      assert.throws(() => peerKey(wrong), { code: 'MALFORMED' })
    }
    assert.throws(() => peerBytes(peer), { code: 'MALFORMED' })
    assert.throws(() => sign(new Uint8Array(31), 'x', key), { code: 'MALFORMED' })
  })
})
