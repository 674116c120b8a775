import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { INLINE_BYTES, pad } from '../../protocols/block/tree.js'
import { blocksBelow } from '../../protocols/block/walk.js'
import { SIZES } from '../fixtures/sizes.js'
import { InvalidOptionError } from '../../src/errors.js'
import { readFile } from '../../src/file/read-file.js'
import { CHUNK_KEY, collect, content, Memory, MIB, SALT, settle } from './memory.js'

/** A source that counts what happens to it. */
class Source {
  asked = 0
  returned = 0
  constructor (private readonly next: (index: number) => Promise<IteratorResult<Uint8Array, undefined>>) {}
  [Symbol.asyncIterator] (): AsyncIterator<Uint8Array, undefined> {
    return {
      next: async () => this.next(this.asked++),
      return: async () => {
        this.returned++
        return { done: true, value: undefined }
      }
    }
  }
}
const endless = (): Source => new Source(async (index) => ({ done: false, value: content(index, MIB) }))
const silent = (): Source => new Source(async () => new Promise(() => {}))

describe('writeFile', () => {
  for (const { size, why } of SIZES.filter(({ size }) => size <= 2 * MIB)) {
    it(`${size} bytes come back (${why})`, async () => {
      const memory = new Memory()
      let read = 0
      const written = await memory.write([content(0, size)], { size, onRead: (bytes) => { read += bytes } })
      assert.equal(read, size)
      assert.equal(written.size, size)
      assert.equal(written.blocks, memory.put.length)
      assert.equal(memory.put.at(-1), written.root.toString())
      assert.equal(Buffer.compare(await collect(readFile({ ...written, get: memory.get })), content(0, size)), 0)
      const walked = []
      for await (const block of blocksBelow(written.root, async (cid) => memory.get(cid, undefined, { signal: AbortSignal.any([]), isNext: () => false }))) walked.push(block)
      assert.deepEqual(walked.map(({ cid }) => cid.toString()).sort(), [...memory.blocks.keys()].sort())
      assert.equal(walked.reduce((sum, block) => sum + block.size, 0), written.bytes)
      // what a holder sees is the padded size and nothing finer
      const chunks = size <= INLINE_BYTES ? 0 : Math.ceil(size / MIB)
      assert.equal(memory.put.length, chunks + 1)
      assert.ok(written.bytes >= pad(size) + 48 * (chunks + 1))
    })
  }

  it('makes the same blocks however the source is cut', async () => {
    const size = MIB + 70_001
    const whole = new Memory()
    await whole.write([content(0, size)])
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: size }), { maxLength: 8 }), async (cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), size]
      const pieces = borders.slice(1).map((end, i) => content(borders[i] ?? 0, end - (borders[i] ?? 0)))
      const memory = new Memory()
      await memory.write(pieces)
      assert.deepEqual(memory.put, whole.put)
    }), { numRuns: 20 })
  })

  it('takes a buffer that the source fills again', async () => {
    const memory = new Memory()
    const buffer = new Uint8Array(MIB)
    async function * source (): AsyncGenerator<Uint8Array> {
      for (let i = 1; i <= 3; i++) yield buffer.fill(i)
    }
    const written = await memory.write(source())
    const bytes = await collect(readFile({ ...written, get: memory.get }))
    assert.deepEqual([bytes[0], bytes[MIB - 1], bytes[MIB], bytes.at(-1)], [1, 1, 2, 3])
  })

  it('never has more blocks being put than allowed, and reads no further meanwhile', async () => {
    const source = endless()
    const release: Array<() => void> = []
    let most = 0
    let now = 0
    const stop = new AbortController()
    const put = async (): Promise<void> => {
      most = Math.max(most, ++now)
      await new Promise<void>((resolve) => { release.push(resolve) })
      now--
    }
    const writing = new Memory().write(source, { put, inFlight: 3, signal: stop.signal })
    await settle()
    assert.deepEqual([now, source.asked], [3, 3])
    for (let i = 0; i < 10; i++) {
      release.shift()?.()
      await settle()
    }
    assert.deepEqual([now, source.asked], [3, 13])
    stop.abort()
    release.forEach((resolve) => { resolve() })
    await assert.rejects(writing, { name: 'AbortError' })
    assert.equal(most, 3)
  })

  it('ends with SourceError when the source throws, the cause kept, and puts nothing afterwards', async () => {
    const cause = new Error('disk fell out')
    const memory = new Memory()
    const source = new Source(async (index) => {
      if (index === 2) throw cause
      return { done: false, value: content(index, MIB) }
    })
    await assert.rejects(memory.write(source), (error: Error & { code: string }) => {
      assert.deepEqual([error.name, error.code, error.cause], ['SourceError', 'SOURCE_FAILED', cause])
      return true
    })
    const count = memory.put.length
    await settle()
    assert.equal(memory.put.length, count)
    assert.deepEqual([source.asked, source.returned], [3, 0])
  })

  it('ends with what put throws first, tells the source, aborts and awaits the other puts', async () => {
    const source = endless()
    let ended = 0
    const put = async (_: unknown, { signal }: { signal: AbortSignal }): Promise<void> => {
      if (source.asked === 3) throw new RangeError('no room')
      await new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve() }) })
      ended++
      throw new Error('later')
    }
    await assert.rejects(new Memory().write(source, { put, inFlight: 5 }), { name: 'RangeError' })
    assert.deepEqual([ended, source.returned], [2, 1])
  })

  it('a put that fails ends the waiting for a source that says nothing', async () => {
    let fail = (_: Error): void => {}
    const source = new Source(async (index) => index === 0 ? { done: false, value: content(0, MIB) } : new Promise(() => {}))
    const writing = new Memory().write(source, { put: async () => new Promise((_, reject) => { fail = reject }) })
    await settle()
    fail(new RangeError('no room'))
    await assert.rejects(writing, { name: 'RangeError' })
    assert.equal(source.returned, 1)
  })

  it('an abort ends the waiting for a source that says nothing, with the reason', async () => {
    const stop = new AbortController()
    const source = silent()
    const writing = new Memory().write(source, { signal: stop.signal })
    await settle()
    assert.equal(source.asked, 1)
    stop.abort(new RangeError('changed my mind'))
    await assert.rejects(writing, { name: 'RangeError' })
    assert.equal(source.returned, 1)
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  })

  it('ends when the source itself aborts while it is asked', async () => {
    const stop = new AbortController()
    const source = new Source(async () => {
      stop.abort()
      return new Promise(() => {})
    })
    await assert.rejects(new Memory().write(source, { signal: stop.signal }), { name: 'AbortError' })
    assert.equal(source.returned, 1)
  })

  it('asks nothing of the source when aborted before', async () => {
    const source = silent()
    await assert.rejects(new Memory().write(source, { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.deepEqual([source.asked, source.returned], [0, 1])
  })

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    const memory = new Memory()
    const written = await memory.write([content(0, 3 * MIB)], { signal })
    await collect(readFile({ ...written, get: memory.get, signal }))
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('refuses a source of another length than announced', async () => {
    const memory = new Memory()
    await assert.rejects(memory.write([content(0, 10)], { size: 11 }), { name: 'SourceError' })
    const source = endless()
    await assert.rejects(memory.write(source, { size: 2 * MIB }), { name: 'SourceError' })
    assert.deepEqual([source.asked, source.returned], [3, 1])
  })

  it('refuses what is no Uint8Array', async () => {
    await assert.rejects(new Memory().write(['text' as unknown as Uint8Array]), { name: 'SourceError' })
    await assert.rejects(new Memory().write([], { inFlight: 0 }), { name: 'InvalidOptionError' })
  })

  it('passes on an error of ours as it is', async () => {
    const cause = new InvalidOptionError('source', 'no', 'yes')
    await assert.rejects(new Memory().write(new Source(async () => { throw cause })), (error) => error === cause)
  })

  it('skips pieces without bytes', async () => {
    const memory = new Memory()
    const written = await memory.write([new Uint8Array(0), content(0, 5), new Uint8Array(0)])
    assert.equal(written.size, 5)
  })

  it('depends on the salt and on the vault', async () => {
    const source = [content(0, 2 * MIB)]
    const roots = new Set<string>()
    for (const [chunkKey, salt] of [[CHUNK_KEY, SALT], [CHUNK_KEY, new Uint8Array(32)], [SALT, SALT]]) {
      const memory = new Memory()
      await memory.write(source, { ...(chunkKey && { chunkKey }), ...(salt && { salt }) })
      memory.put.forEach((cid) => roots.add(cid))
    }
    assert.equal(roots.size, 9)
  })
})
