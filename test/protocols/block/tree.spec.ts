import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { cidOf, isBlockCid, RAW, verifyCid } from '../../../protocols/block/cid.js'
import { compareBytes, equal, u64 } from '../../../protocols/block/hash.js'
import { checkChildren, checkRoot, CHUNK_BYTES, pad, readPublic } from '../../../protocols/block/tree.js'
import { smallTree } from '../../vectors/file-parts.js'

const invalid = { name: 'ProtocolError', code: 'INVALID_DATA' }

describe('pad', () => {
  const size = fc.oneof(fc.maxSafeInteger().map(Math.abs).filter((n) => n < 2 ** 52), fc.nat(), fc.nat({ max: 2 ** 21 }))

  it('is at least n, at most 1/16 more from 4 KiB up, and stays where it is', () => {
    fc.assert(fc.property(size, (n) => {
      const padded = pad(n)
      assert.ok(padded >= n && padded >= 256)
      if (n >= 4096) assert.ok(padded - n < n / 16)
      assert.equal(pad(padded), padded)
    }), { numRuns: 2000 })
  })

  it('never adds a chunk, and never falls as n grows', () => {
    fc.assert(fc.property(size, fc.nat({ max: 4096 }), (n, more) => {
      assert.equal(Math.ceil(pad(n) / CHUNK_BYTES), Math.max(1, Math.ceil(n / CHUNK_BYTES)))
      assert.ok(pad(n) <= pad(n + more))
    }), { numRuns: 2000 })
  })

  it('has one unit from one power of two to the next', () => {
    for (let log2 = 0; log2 < 52; log2++) {
      const unit = 2 ** Math.min(Math.max(log2 - 4, 8), 20)
      const n = 2 ** log2
      assert.equal(pad(n), Math.ceil(n / unit) * unit, `2^${log2}`)
      assert.equal(pad(n + 1), Math.ceil((n + 1) / unit) * unit, `2^${log2} + 1`)
    }
  })
})

describe('a tree of manifests', () => {
  it('checks all children at once', () => {
    const { group, last, root } = smallTree()
    const parent = readPublic(root.block)
    const of = ({ block }: { block: Uint8Array }): { manifest: ReturnType<typeof readPublic>, blockLength: number } => ({ manifest: readPublic(block), blockLength: block.length })
    checkRoot(parent)
    checkChildren(parent, [of(group), of(last)])
    assert.throws(() => { checkChildren(parent, [of(group)]) }, invalid)
    assert.throws(() => { checkChildren(parent, [of(last), of(group)]) }, invalid)
    assert.throws(() => { checkRoot({ ...parent, links: parent.links.slice(1), sizes: parent.sizes.slice(1) }) }, invalid)
  })
})

describe('hashes and CIDs', () => {
  it('u64 takes integers of 0..2^53 - 1 only', () => {
    for (const bad of [-1, 1.5, 2 ** 53, NaN]) assert.throws(() => u64(bad), RangeError)
  })

  it('compares bytes', () => {
    assert.ok(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0)) < 0)
    assert.ok(compareBytes(Uint8Array.of(2), Uint8Array.of(1, 0)) > 0)
    assert.ok(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
    assert.ok(!equal(Uint8Array.of(1, 2), Uint8Array.of(1)))
    assert.ok(!equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
  })

  it('knows no other CIDs than those that name blocks', () => {
    const bytes = new Uint8Array(5)
    const good = cidOf(RAW, bytes)
    const { digest } = good.multihash
    const others = [CID.createV1(0x70, good.multihash), CID.createV0(create(0x12, digest)), CID.createV1(RAW, create(0x16, digest)), CID.createV1(RAW, create(0x12, digest.subarray(1))), CID.createV1(RAW, create(0x00, bytes))]
    assert.ok(isBlockCid(good) && verifyCid(good, bytes))
    for (const other of others) {
      assert.ok(!isBlockCid(other))
      assert.ok(!verifyCid(other, bytes))
    }
  })
})
