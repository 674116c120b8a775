import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addToDigest, emptyDigest, sameDigest } from '../../../protocols/sync/digest.js'
import { LiveQueue, pages } from '../../../protocols/sync/live-queue.js'
import { MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_QUEUE_BYTES } from '../../../protocols/sync/constants.js'
import { BAD, EntrySet, connected, text } from './peers.js'

const numbered = (prefix: string, count: number, bytes = 0): string[] => Array.from({ length: count }, (_, at) => `${prefix} ${at} `.padEnd(bytes, '.'))

describe('protocols/sync session', () => {
  it('makes two sets equal and ends cleanly', async () => {
    const [a, b] = [new EntrySet(['both', 'only a']), new EntrySet(['both', 'only b'])]
    const link = await connected(a, b)
    await Promise.all([link.a.ask(), link.b.ask()])
    assert.deepEqual(a.names, ['both', 'only a', 'only b'])
    assert.deepEqual(b.names, a.names)
    await link.a.close()
    await link.runs
    assert.equal(link.streams[0].status, 'closed')
    assert.equal(link.streams[1].status, 'closed')
  })

  it('sends no entry when both have the same', async () => {
    const [a, b] = [new EntrySet(['one', 'two']), new EntrySet(['two', 'one'])]
    const link = await connected(a, b)
    await Promise.all([link.a.ask(), link.b.ask()])
    assert.deepEqual([a.received, b.received], [[], []])
    await link.b.close()
    await link.runs
  })

  it('sends many entries in pages, in the order of the source', async () => {
    const names = numbered('entry', 3000, 200)
    const [a, b] = [new EntrySet(names), new EntrySet()]
    const link = await connected(a, b)
    await link.b.ask()
    assert.ok(b.received.length >= 3)
    assert.deepEqual(b.received.flat(), names)
    await link.a.close()
    await link.runs
  })

  it('forwards what is committed later, once, after the answer to the digest', async () => {
    const [a, b] = [new EntrySet(['old']), new EntrySet()]
    const link = await connected(a, b)
    a.entries.set('new', text('new'))
    link.a.forward([text('new')])
    await link.b.ask()
    await link.b.ask()
    link.a.forward([text('newer')])
    a.entries.set('newer', text('newer'))
    await link.b.ask()
    assert.equal(b.received[0]?.[0], 'old')
    assert.deepEqual(b.names, ['new', 'newer', 'old'])
    await link.a.close()
    await link.runs
  })

  it('an ask sees everything that was committed before it', async () => {
    const [a, b] = [new EntrySet(), new EntrySet()]
    const link = await connected(a, b)
    await link.b.ask()
    a.entries.set('late', text('late'))
    await Promise.all([link.b.ask(), link.b.ask(), link.b.ask()])
    assert.deepEqual(b.names, ['late'])
    await link.a.close()
    await link.runs
  })

  it('refuses a page with a bad entry by code and keeps nothing of it', async () => {
    const [a, b] = [new EntrySet(['good', BAD]), new EntrySet()]
    const link = await connected(a, b)
    await assert.rejects(link.b.ask(), { name: 'ProtocolError', code: 'CLOSED' })
    await assert.rejects(link.runs, { name: 'ProtocolError', code: 'INVALID_DATA' })
    assert.deepEqual(b.names, [])
  })

  it('tells nobody what failed inside', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const failure = new Error('/secret/path: disk on fire')
    const options = b.options
    b.options = (extra) => ({ ...options.call(b, extra), receive: async () => { throw failure } })
    const link = await connected(a, b)
    const told = await link.runs.then(() => undefined, (error: unknown) => error)
    // the pair rejects with whichever side ends first: either the failure itself, or what the other was told of it
    if (told !== failure) assert.equal((told as { code: string }).code, 'INTERNAL')
    assert.ok(told === failure || !(told as Error).message.includes('secret'))
  })

  it('rejects who waits when the stream is closed or aborted', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const link = await connected(a, b)
    const gone = new Error('gone')
    const waiting = link.b.ask()
    waiting.catch(() => {})
    link.a.abort(gone)
    await assert.rejects(waiting, { code: 'CLOSED' })
    await assert.rejects(link.runs)
    await assert.rejects(link.b.ask(), { code: 'CLOSED' })
    link.b.forward([text('y')])
    await link.b.close()
  })

  it('an aborted ask leaves the session alone', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const link = await connected(a, b)
    const reason = new Error('enough')
    await assert.rejects(link.b.ask({ signal: AbortSignal.abort(reason) }), reason)
    const controller = new AbortController()
    const waiting = link.b.ask({ signal: controller.signal })
    controller.abort(reason)
    await assert.rejects(waiting, reason)
    await link.b.ask()
    assert.deepEqual(b.names, ['x'])
    await link.a.close()
    await link.runs
  })
})

describe('protocols/sync digest', () => {
  it('adds like numbers of 256 bits, in any order', () => {
    const id = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(fc.property(fc.array(id, { maxLength: 8 }), (ids) => {
      const sum = ids.map((bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)).reduce((a, b) => a + b, 0n) % 2n ** 256n
      const digest = ids.reduce(addToDigest, emptyDigest())
      assert.equal(BigInt(`0x${Buffer.from(digest.sum).toString('hex')}`), sum)
      assert.equal(digest.count, ids.length)
      assert.ok(sameDigest(digest, ids.toReversed().reduce(addToDigest, emptyDigest())))
    }))
  })

  it('takes ids of 32 bytes only', () => {
    assert.throws(() => addToDigest(emptyDigest(), new Uint8Array(31)), { code: 'MALFORMED' })
  })

  it('differs by count and by sum', () => {
    const one = addToDigest(emptyDigest(), new Uint8Array(32))
    assert.equal(sameDigest(one, emptyDigest()), false)
    assert.equal(sameDigest(one, addToDigest(emptyDigest(), new Uint8Array(32).fill(1))), false)
  })
})

describe('protocols/sync pages and queue', () => {
  const entry = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => bytes)

  it('pages keep order and bounds', async () => {
    const big = Array.from({ length: 70 }, (_, at) => new Uint8Array(8 * 1024 - at))
    const small = Array.from({ length: 2 * MAX_PAGE_ENTRIES + 1 }, () => Uint8Array.of(1))
    await fc.assert(fc.asyncProperty(fc.array(entry), async (some) => {
      const all = [...some, ...big, ...small]
      const out: Uint8Array[][] = []
      for await (const page of pages(all)) out.push(page)
      assert.ok(out.flat().every((bytes, at) => bytes === all[at]) && out.flat().length === all.length)
      for (const page of out) {
        assert.ok(page.length > 0 && page.length <= MAX_PAGE_ENTRIES)
        assert.ok(page.reduce((sum, { length }) => sum + length, 0) <= MAX_PAGE_BYTES)
      }
    }), { numRuns: 10 })
  })

  it('a queue that overflows keeps nothing and says once that the peer is behind', () => {
    const queue = new LiveQueue()
    const piece = new Uint8Array(8 * 1024)
    for (let bytes = 0; bytes < MAX_QUEUE_BYTES; bytes += piece.length) queue.push([piece])
    assert.equal(queue.takeBehind(), false)
    queue.push([Uint8Array.of(1)])
    queue.push([piece])
    assert.equal(queue.take(), undefined)
    assert.equal(queue.takeBehind(), true)
    assert.equal(queue.takeBehind(), false)
    queue.push([piece])
    assert.equal(queue.take()?.length, 1)
  })
})
