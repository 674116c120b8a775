import assert from 'node:assert/strict'
import { Scrubber } from '../../src/blockstore/scrubber.js'
import type { AdoptOptions, BlockStore, ScrubOptions } from '../../src/blockstore/interface.js'
import { FakeClock } from '../network/fake-clock.js'

const NONE = { blocks: 0, bytes: 0, damaged: 0, strange: 0 }

/** A store with so many pages of files, and so many blocks that are to be hashed, each of which takes 20 ms. */
function storeOf (pages: number, blocks: number, seen: string[], failing?: Error): BlockStore {
  const fake: Pick<BlockStore, 'adoptUnknown' | 'scrub'> = {
    async adoptUnknown ({ signal, pause }: AdoptOptions = {}) {
      for (let n = 0; n < pages; n++) {
        signal?.throwIfAborted()
        if (failing !== undefined) throw failing
        seen.push('page')
        await pause?.()
      }
      return NONE
    },
    async scrub ({ signal, pause } = {}) {
      for (let n = 0; n < blocks; n++) {
        signal?.throwIfAborted()
        seen.push('block')
        await pause?.(20)
      }
    }
  }
  return fake as BlockStore
}

describe('background walk', () => {
  const failed: unknown[] = []
  const onError = (error: unknown): void => { failed.push(error) }
  beforeEach(() => { failed.length = 0 })

  it('begins after the start, goes page by page, and hashes with a tenth of the time', async () => {
    const [timer, seen]: [FakeClock, string[]] = [new FakeClock(), []]
    const walk = new Scrubber({ store: storeOf(3, 2, seen), timer, onError })
    walk.start()
    walk.start()
    await timer.advance(9_999)
    assert.deepEqual(seen, [])
    await timer.advance(1)
    assert.deepEqual(seen, ['page'])
    await timer.advance(200)
    assert.deepEqual(seen, ['page', 'page', 'page'])
    await timer.advance(100)
    assert.deepEqual(seen.slice(3), ['block'])
    await timer.advance(179)
    assert.deepEqual(seen.slice(3), ['block'])
    await timer.advance(1)
    assert.deepEqual(seen.slice(3), ['block', 'block'])
    await timer.advance(60_000)
    assert.equal(seen.length, 5)
    await walk.stop()
    assert.deepEqual(failed, [])
  })

  it('hashes again what was not looked at for half of the time that is allowed, however often that fails', async () => {
    const [timer, befores]: [FakeClock, Array<number | undefined>] = [new FakeClock(), []]
    const store = {
      adoptUnknown: async () => NONE,
      scrub: async ({ before }: ScrubOptions = {}) => {
        befores.push(before)
        if (befores.length === 2) throw new Error('no disk')
      }
    }
    const walk = new Scrubber({ store, timer, onError, scrubMs: 40_000, now: () => 1_000_000 })
    walk.start()
    await timer.advance(10_000)
    assert.deepEqual(befores, [undefined])
    await timer.advance(10_000)
    await timer.advance(10_000)
    assert.deepEqual(befores, [undefined, 980_000, 980_000])
    assert.match(String(failed), /no disk/)
    await walk.stop()
  })

  it('ends with the node, at once, also before it began', async () => {
    const [timer, seen]: [FakeClock, string[]] = [new FakeClock(), []]
    const walk = new Scrubber({ store: storeOf(100, 0, seen), timer, onError })
    walk.start()
    await timer.advance(10_000)
    await walk.stop()
    const none = new Scrubber({ store: storeOf(100, 0, seen), timer, onError })
    none.start()
    await none.stop()
    await timer.advance(60_000)
    assert.deepEqual(seen, ['page'])
    assert.deepEqual(failed, [])
  })

  it('tells of what failed', async () => {
    const timer = new FakeClock()
    const error = new Error('the disk')
    const walk = new Scrubber({ store: storeOf(1, 0, [], error), timer, onError })
    walk.start()
    await timer.advance(10_000)
    await walk.stop()
    assert.deepEqual(failed, [error])
  })
})
