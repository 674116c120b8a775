import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { readPublic } from '../../protocols/block/tree.js'
import { sealChunk, type SealedBlock } from '../../protocols/file/chunk.js'
import { type Child, sealManifest, type SealedManifest } from '../../protocols/file/manifest.js'
import { type GetBlock, readFile } from '../../src/file/read-file.js'
import type { WrittenFile } from '../../src/file/write-file.js'
import { SIZES } from '../fixtures/sizes.js'
import { CHUNK_KEY, collect, content, Memory, MIB, SALT, settle } from './memory.js'

const GIB = 1024 ** 3
const KEYS = { chunk: CHUNK_KEY }
const SIZE = 5 * MIB + 1000

async function stored (size = SIZE): Promise<{ memory: Memory, written: WrittenFile }> {
  const memory = new Memory()
  const written = await memory.write([content(0, size)])
  memory.got.length = 0
  return { memory, written }
}

/** 1 GiB of zeros but for the chunk in front of the border, then a chunk behind it: two groups from three chunks. */
function twoGroups (): { memory: Memory, root: SealedManifest, chunks: SealedBlock[], groups: SealedManifest[] } {
  const memory = new Memory()
  const keep = <T extends SealedBlock>(block: T): T => {
    memory.blocks.set(block.cid.toString(), block.block)
    return block
  }
  const last = new Uint8Array(MIB)
  last.set(content(0, 3))
  const chunks = [new Uint8Array(MIB), content(0, MIB), last].map((plaintext) => keep(sealChunk(KEYS, SALT, plaintext)))
  const child = ({ cid, key, block }: SealedBlock, size: number, bytes = 0): Child => ({ cid, key, blockLength: block.length, bytes, size })
  const [zeros, before, after] = chunks
  assert.ok(zeros !== undefined && before !== undefined && after !== undefined)
  const groups = [
    keep(sealManifest(KEYS, SALT, 0, [...Array<Child>(1023).fill(child(zeros, MIB)), child(before, MIB)])),
    keep(sealManifest(KEYS, SALT, 0, [child(after, 3)]))
  ]
  const root = keep(sealManifest(KEYS, SALT, 1, groups.map((group) => child(group, group.size, group.bytes))))
  return { memory, root, chunks, groups }
}

describe('readFile', () => {
  for (const { size } of SIZES.filter(({ size }) => size <= 2 * MIB)) {
    it(`gives ranges of ${size} bytes`, async () => {
      const { memory, written } = await stored(size)
      for (const border of [0, 1, 256 * 1024, MIB, size - 1, size]) {
        for (const offset of [border - 1, border, border + 1]) {
          for (const length of [0, 1, 2, MIB, undefined]) {
            if (offset < 0 || offset > size) continue
            const bytes = await collect(readFile({ ...written, get: memory.get, offset, ...(length !== undefined && { length }) }))
            const expected = content(offset, Math.min(length ?? size, size - offset))
            assert.equal(Buffer.compare(bytes, expected), 0, `${offset}, ${length ?? 'all'}`)
          }
        }
      }
    })
  }

  it('gives any range, in order, in pieces of at most 1 MiB', async () => {
    const { memory, written } = await stored()
    await fc.assert(fc.asyncProperty(fc.nat({ max: SIZE }), fc.nat({ max: 2 * SIZE }), fc.integer({ min: 1, max: 12 }), async (offset, length, readAhead) => {
      let at = offset
      for await (const piece of readFile({ ...written, get: memory.get, offset, length, readAhead })) {
        assert.ok(piece.length > 0 && piece.length <= MIB)
        assert.equal(Buffer.compare(piece, content(at, piece.length)), 0)
        at += piece.length
      }
      assert.equal(at, Math.min(SIZE, offset + length))
    }), { numRuns: 50 })
  })

  it('fetches only the chunks of the range', async () => {
    const { memory, written } = await stored()
    await collect(readFile({ ...written, get: memory.get, offset: 2 * MIB - 1, length: 2 }))
    assert.equal(memory.got.length, 3)
  })

  it('gives no piece and fetches no chunk for a range without bytes', async () => {
    for (const size of [0, 10, SIZE]) {
      const { memory, written } = await stored(size)
      for (const range of [{ offset: size }, { offset: size >> 1, length: 0 }]) {
        memory.got.length = 0
        for await (const piece of readFile({ ...written, get: memory.get, ...range })) assert.fail(`a piece of ${piece.length} bytes`)
        assert.deepEqual(memory.got, [written.root.toString()])
      }
    }
  })

  it('crosses the border of two groups, and fetches nothing of others', async () => {
    const { memory, root } = twoGroups()
    const bytes = await collect(readFile({ root: root.cid, key: root.key, get: memory.get, offset: GIB - 2, length: 100 }))
    assert.deepEqual([...bytes], [...content(MIB - 2, 2), ...content(0, 3)])
    assert.equal(memory.got.length, 5)
    memory.got.length = 0
    assert.deepEqual([...await collect(readFile({ root: root.cid, key: root.key, get: memory.get, offset: GIB }))], [...content(0, 3)])
    assert.equal(memory.got.length, 3)
  })

  it('does nothing before the first next', async () => {
    const { memory, written } = await stored()
    const reading = readFile({ ...written, get: memory.get })
    await settle()
    assert.equal(memory.got.length, 0)
    await reading.return()
    assert.equal(memory.got.length, 0)
  })

  it('keeps a window of fetches, gives bytes in order though they come in another', async () => {
    const { memory, written } = await stored()
    const waiting = new Map<string, () => void>()
    const get: GetBlock = async (cid, size, options) => {
      if (!cid.equals(written.root)) await new Promise<void>((resolve) => { waiting.set(cid.toString(), resolve) })
      return memory.get(cid, size, options)
    }
    const reading = readFile({ ...written, get, readAhead: 3 })
    const first = reading.next()
    await settle()
    assert.equal(waiting.size, 3)
    const [a, b, c] = [...waiting.values()]
    c?.()
    b?.()
    await settle()
    assert.equal(waiting.size, 3)
    a?.()
    assert.equal(Buffer.compare((await first).value ?? new Uint8Array(0), content(0, MIB)), 0)
    assert.equal(Buffer.compare((await reading.next()).value ?? new Uint8Array(0), content(MIB, MIB)), 0)
    assert.equal(waiting.size, 4)
    await reading.return()
  })

  it('says of each fetch whether the reader waits for just this block', async () => {
    const { memory, written } = await stored()
    const asked: Array<() => boolean> = []
    const get: GetBlock = async (cid, size, options) => {
      if (!cid.equals(written.root)) asked.push(options.isNext)
      return memory.get(cid, size, options)
    }
    const reading = readFile({ ...written, get, readAhead: 3 })
    const said = (): boolean[] => asked.map((isNext) => isNext())
    await reading.next()
    assert.deepEqual(said(), [true, false, false])
    await reading.next()
    assert.deepEqual(said(), [false, true, false, false])
    await reading.return()
  })

  it('a reader that leaves aborts what is being fetched', async () => {
    const { memory, written } = await stored()
    const signals: AbortSignal[] = []
    const get: GetBlock = async (cid, size, options) => {
      signals.push(options.signal)
      // the root and the first chunk come, the others never do
      return signals.length <= 2 ? memory.get(cid, size, options) : new Promise(() => {})
    }
    for await (const piece of readFile({ ...written, get })) {
      assert.equal(piece.length, MIB)
      break
    }
    assert.ok(signals.length > 2 && signals.every(({ aborted }) => aborted))
  })

  it('an abort ends the waiting for a block that never comes, with the reason', async () => {
    const { written } = await stored()
    const stop = new AbortController()
    const first = readFile({ ...written, get: async () => new Promise(() => {}), signal: stop.signal }).next()
    await settle()
    stop.abort(new RangeError('changed my mind'))
    await assert.rejects(first, { name: 'RangeError' })
    await assert.rejects(readFile({ ...written, get: async () => new Promise(() => {}), signal: stop.signal }).next(), { name: 'RangeError' })
  })

  it('gives what comes before a missing block, then what get threw', async () => {
    const { memory, written } = await stored()
    const links = readPublic(memory.blocks.get(written.root.toString()) ?? new Uint8Array(0)).links
    memory.blocks.delete(String(links[2]))
    let bytes = 0
    await assert.rejects(async () => {
      for await (const piece of readFile({ ...written, get: memory.get })) bytes += piece.length
    }, { message: 'not here' })
    assert.equal(bytes, 2 * MIB)
  })

  it('gives what comes before a missing manifest, then what get threw', async () => {
    const { memory, root, groups } = twoGroups()
    memory.blocks.delete(String(groups[1]?.cid))
    let bytes = 0
    await assert.rejects(async () => {
      for await (const piece of readFile({ root: root.cid, key: root.key, get: memory.get, offset: GIB - 2 * MIB })) bytes += piece.length
    }, { message: 'not here' })
    assert.equal(bytes, 2 * MIB)
  })

  it('refuses numbers that are none, and a beginning beyond the end', async () => {
    const { memory, written } = await stored(10)
    for (const bad of [{ offset: -1 }, { offset: 1.5 }, { offset: 11 }, { length: -1 }, { length: NaN }, { readAhead: 0 }]) {
      await assert.rejects(collect(readFile({ ...written, get: memory.get, ...bad })), { name: 'InvalidOptionError', field: Object.keys(bad)[0] })
    }
  })

  it('refuses altered, exchanged and wrong blocks and keys as InvalidDataError', async () => {
    const { memory, root, chunks, groups } = twoGroups()
    const [zeros, before, after] = chunks.map(({ cid }) => cid)
    const [first, second] = groups.map(({ cid }) => cid)
    const answer = (of: CID | undefined, change: (bytes: Uint8Array) => Uint8Array): GetBlock => async (cid, size, options) => {
      const bytes = await memory.get(cid, size, options)
      return cid.equals(of) ? change(bytes) : bytes
    }
    const blockOf = (cid: CID | undefined): Uint8Array => memory.blocks.get(String(cid)) ?? new Uint8Array(0)
    const flip = (at: number) => (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte)
    const cases: Array<[fault: string, get: GetBlock]> = [
      ['a chunk altered', answer(before, flip(100))],
      ['the tag of a chunk altered', answer(before, flip(-1))],
      ['the commitment of a chunk altered', answer(before, flip(0))],
      ['a chunk cut off', answer(before, (bytes) => bytes.subarray(1))],
      ['another chunk in its place', answer(before, () => blockOf(zeros))],
      ['the last chunk exchanged', answer(after, () => blockOf(before))],
      ['the first group in the place of the second', answer(second, () => blockOf(first))],
      ['the second group in the place of the first', answer(first, () => blockOf(second))],
      ['the root in the place of a group', answer(second, () => blockOf(root.cid))],
      ['a group in the place of the root', answer(root.cid, () => blockOf(first))],
      ['a group altered', answer(second, flip(-1))],
      ['a chunk in the place of the root', answer(root.cid, () => blockOf(zeros))]
    ]
    for (const [fault, get] of cases) {
      const reading = collect(readFile({ root: root.cid, key: root.key, get, offset: GIB - 1 }))
      await assert.rejects(reading, { name: 'InvalidDataError', code: 'INVALID_DATA' }, fault)
    }
    await assert.rejects(collect(readFile({ root: root.cid, key: SALT, get: memory.get })), { name: 'InvalidDataError' })
  })
  it('refuses a chunk that is longer than its manifest says, though what is too much is padding', async () => {
    const size = MIB / 2
    const padded = new Uint8Array(size + 32 * 1024)
    padded.set(content(0, size))
    const chunk = sealChunk(KEYS, SALT, padded)
    const { cid, key } = chunk
    const root = sealManifest(KEYS, SALT, 0, [{ cid, key, blockLength: sealChunk(KEYS, SALT, padded.subarray(0, size)).block.length, bytes: 0, size }])
    const get: GetBlock = async (asked) => asked.equals(cid) ? chunk.block : root.block
    await assert.rejects(collect(readFile({ root: root.cid, key: root.key, get })), { name: 'InvalidDataError', code: 'INVALID_DATA' })
  })
})
