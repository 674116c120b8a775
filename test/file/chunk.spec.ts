import assert from 'node:assert/strict'
import fc from 'fast-check'
import { chunk } from '../../src/file/chunk.js'
import { content, MIB } from './memory.js'

async function * pieces (lengths: number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const length of lengths) {
    yield content(at, length)
    at += length
  }
}

describe('chunk', () => {
  it('gives the same chunks however the source is cut', async () => {
    const length = fc.oneof(fc.nat({ max: 300_000 }), fc.constantFrom(0, 1, 65536, MIB - 1, MIB, MIB + 1, 2 * MIB + 7, 3 * MIB))
    await fc.assert(fc.asyncProperty(fc.array(length, { maxLength: 12 }), async (lengths) => {
      const total = lengths.reduce((a, b) => a + b, 0)
      let at = 0
      for await (const bytes of chunk(pieces(lengths))) {
        assert.equal(bytes.length, Math.min(MIB, total - at))
        assert.equal(Buffer.compare(bytes, content(at, bytes.length)), 0)
        at += bytes.length
      }
      assert.equal(at, total)
    }), { numRuns: 30 })
  })

  it('copies no chunk that lies whole in what the source gave', async () => {
    const source = content(0, 3 * MIB)
    async function * whole (): AsyncGenerator<Uint8Array> { yield source }
    let count = 0
    for await (const bytes of chunk(whole())) {
      assert.equal(bytes.buffer, source.buffer)
      count++
    }
    assert.equal(count, 3)
  })

  it('gathers all other chunks in one buffer', async () => {
    const buffers = new Set<ArrayBufferLike>()
    for await (const bytes of chunk(pieces(Array<number>(64).fill(65536)))) buffers.add(bytes.buffer)
    assert.equal(buffers.size, 1)
  })

  it('sets little memory aside for a small file', async () => {
    for await (const bytes of chunk(pieces([10, 20]))) assert.ok(bytes.buffer.byteLength <= 160)
  })
})
