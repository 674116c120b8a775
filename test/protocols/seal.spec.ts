import assert from 'node:assert/strict'
import { createDecipheriv } from 'node:crypto'
import fc from 'fast-check'
import { label, mac } from '../../protocols/block/hash.js'
import { open, seal, SEAL_EXTRA_BYTES } from '../../protocols/seal.js'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = fc.uint8Array({ maxLength: 300 })
const refused = { name: 'ProtocolError', code: 'INVALID_DATA' }

describe('seal', () => {
  it('open inverts seal', () => {
    fc.assert(fc.property(key, bytes, bytes, (k, aad, plaintext) => {
      const sealed = seal(k, aad, plaintext)
      assert.equal(sealed.length, plaintext.length + SEAL_EXTRA_BYTES)
      assert.deepEqual(open(k, aad, sealed), plaintext)
    }))
  })

  it('refuses every altered bit, and every cut', () => {
    fc.assert(fc.property(key, bytes, bytes, fc.nat(), fc.integer({ min: 0, max: 7 }), (k, aad, plaintext, position, bit) => {
      const sealed = seal(k, aad, plaintext)
      const at = position % sealed.length
      const altered = sealed.map((byte, i) => i === at ? byte ^ (1 << bit) : byte)
      assert.throws(() => open(k, aad, altered), refused)
      assert.throws(() => open(k, aad, sealed.subarray(0, at)), refused)
    }))
  })

  it('refuses another key and another AAD', () => {
    fc.assert(fc.property(key, key, bytes, bytes, bytes, (k, otherKey, aad, otherAad, plaintext) => {
      fc.pre(Buffer.compare(k, otherKey) !== 0 && Buffer.compare(aad, otherAad) !== 0)
      const sealed = seal(k, aad, plaintext)
      assert.throws(() => open(otherKey, aad, sealed), refused)
      assert.throws(() => open(k, otherAad, sealed), refused)
    }))
  })

  it('makes no difference where a long plaintext is cut while it is enciphered', () => {
    const k = new Uint8Array(32).fill(9)
    for (const length of [65535, 65536, 65537, 131072, 200_001]) {
      const plaintext = Uint8Array.from({ length }, (_, i) => i % 253)
      const sealed = seal(k, new Uint8Array(0), plaintext)
      const decipher = createDecipheriv('aes-256-gcm', mac(k, label('aes')), new Uint8Array(12), { authTagLength: 16 })
      decipher.setAuthTag(sealed.subarray(-16))
      const opened = Buffer.concat([decipher.update(sealed.subarray(32, -16)), decipher.final()])
      assert.equal(Buffer.compare(opened, plaintext), 0)
      assert.equal(Buffer.compare(open(k, new Uint8Array(0), sealed), plaintext), 0)
    }
  })

  it('keeps and changes nothing of its input', () => {
    const plaintext = new Uint8Array(100).fill(5)
    const sealed = seal(new Uint8Array(32), new Uint8Array(0), plaintext)
    plaintext.fill(6)
    assert.deepEqual(open(new Uint8Array(32), new Uint8Array(0), sealed), new Uint8Array(100).fill(5))
    assert.ok(plaintext.every((byte) => byte === 6))
  })
})
