import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { SIZES } from '../fixtures/sizes.js'
import { LONG } from '../seed.js'
import { first, joined, MIB, randomFile, Scene, sha256 } from './harness.js'

/** SHA-256 of no bytes. */
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const GROUP_BYTES = 1024 ** 3

/** Ranges that start, end and lie across chunk and group borders of a file of `size` bytes: [offset, length]. */
function ranges (size: number): Array<[number, number]> {
  const borders = [0, MIB, GROUP_BYTES, size].filter((border) => border <= size)
  const all = borders.flatMap((border) => [[border, 1], [border, 4097], [border - 1, 1], [border - 1, 2], [border - 4096, 8192], [border - MIB, MIB]] as Array<[number, number]>)
  const more: Array<[number, number]> = [[0, size], [Math.floor(size / 2), 12_345]]
  return [...all, ...more].filter(([offset]) => offset >= 0 && offset <= size)
}

describe('boundary sizes', () => {
  it('round-trip whole and by ranges, between two processes', async () => {
    const scene = await Scene.open()
    try {
      const a = await first(scene, 'a')
      const b = await joined(scene, 'b', a)
      const sizes = SIZES.map(({ size }) => size).filter((size) => LONG || size <= 4 * MIB)
      assert.ok(sizes.length >= 13)
      for (const size of sizes) {
        const source = scene.path('source.bin')
        const hash = await randomFile(source, size)
        const name = `f-${size}`
        const out = scene.path('out.bin')
        await a.ok('put', source, name, '--durable', '2')
        await a.ok('get', name, '-o', out)
        assert.equal(await sha256(out), hash, `${size} on A`)
        await b.ok('evict', name)
        await b.ok('get', name, '-o', out)
        assert.equal(await sha256(out), hash, `${size} on B from A`)
        for (const [offset, length] of size > 4 * MIB ? ranges(size).filter(([, n]) => n < size) : ranges(size)) {
          await b.ok('get', name, '-o', out, '--offset', String(offset), '--length', String(length))
          const expected = length === 0 || offset >= size ? NOTHING : await sha256(source, offset, Math.min(offset + length, size) - 1)
          assert.equal(await sha256(out), expected, `${size}: ${length} bytes from ${offset}`)
        }
        await rm(source)
      }
    } finally {
      await scene.close()
    }
  })
})
