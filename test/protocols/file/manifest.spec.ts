import assert from 'node:assert/strict'
import fc from 'fast-check'
import { INLINE_BYTES, pad } from '../../../protocols/block/tree.js'
import { openChunk, sealChunk } from '../../../protocols/file/chunk.js'
import { linkSpan, openManifest, sealInline, sealManifest } from '../../../protocols/file/manifest.js'
import { childOf, KEYS, SALT } from '../../vectors/file-parts.js'

describe('manifest', () => {
  it('inline: opening inverts sealing, and the block tells the padded length only', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (data) => {
      const { key, block, size } = sealInline(KEYS, SALT, data)
      assert.deepEqual(openManifest(key, block), { kind: 'inline', size, data })
      assert.equal(block.length, sealInline(KEYS, SALT, new Uint8Array(pad(data.length))).block.length)
    }))
  })

  it('takes no more inline than fits', () => {
    assert.equal(sealInline(KEYS, SALT, new Uint8Array(INLINE_BYTES)).size, INLINE_BYTES)
    assert.throws(() => sealInline(KEYS, SALT, new Uint8Array(INLINE_BYTES + 1)), RangeError)
  })

  it('wants keys and salts of 32 bytes', () => {
    const chunk = sealChunk(KEYS, SALT, new Uint8Array(278528))
    const bad = [
      () => sealChunk({ chunk: SALT.subarray(1) }, SALT, new Uint8Array(1)), () => sealChunk(KEYS, SALT.subarray(1), new Uint8Array(1)),
      () => sealInline({ chunk: SALT.subarray(1) }, SALT, new Uint8Array(1)), () => sealInline(KEYS, SALT.subarray(1), new Uint8Array(1)),
      () => sealManifest(KEYS, SALT, 0, [{ ...childOf(chunk, 278528), key: SALT.subarray(1) }])
    ]
    for (const make of bad) assert.throws(make, { name: 'ProtocolError', code: 'MALFORMED' })
  })

  it('has a new key when anything in it differs', () => {
    const chunk = sealChunk(KEYS, SALT, new Uint8Array(278528))
    const child = childOf(chunk, 270000)
    const keys = [
      sealManifest(KEYS, SALT, 0, [child]), sealManifest(KEYS, SALT, 0, [{ ...child, size: 270001 }]), sealManifest(KEYS, SALT, 0, [{ ...child, key: SALT }]),
      sealManifest(KEYS, SALT, 0, [{ ...child, blockLength: 294912 + 48 }]), sealManifest(KEYS, KEYS.chunk, 0, [child]), sealManifest({ chunk: SALT }, SALT, 0, [child])
    ].map(({ key }) => Buffer.from(key).toString('hex'))
    assert.equal(new Set(keys).size, keys.length)
  })

  it('spans 1 MiB, 1 GiB and 1 TiB a link', () => {
    assert.deepEqual([0, 1, 2].map(linkSpan), [2 ** 20, 2 ** 30, 2 ** 40])
  })
})

describe('chunk', () => {
  it('opening inverts sealing, and padding is cut off', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (data) => {
      const padded = new Uint8Array(pad(data.length))
      padded.set(data)
      const { key, block } = sealChunk(KEYS, SALT, padded)
      assert.deepEqual(openChunk(key, block), padded)
      assert.deepEqual(openChunk(key, block, data.length), data)
    }))
  })
})
