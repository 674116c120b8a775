import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MAX_EARLY_STARTS, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_QUEUE_BYTES, ROUND_BURST, ROUND_REST_MS } from '../../../protocols/sync/constants.js'
import { addToDigest, emptyDigest, sameDigest, totalOf } from '../../../protocols/sync/digest.js'
import { LiveQueue } from '../../../protocols/sync/live-queue.js'
import { pages } from '../../../protocols/sync/pages.js'
import { RoundBudget } from '../../../protocols/sync/round-budget.js'

describe('protocols/sync digest', () => {
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

  it('adds like numbers of 256 bits, in any order and in any parts', () => {
    const id = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(fc.property(fc.array(id, { maxLength: 8 }), fc.nat(8), (ids, cut) => {
      const sum = ids.map(number).reduce((a, b) => a + b, 0n) % 2n ** 256n
      const digest = ids.reduce(addToDigest, emptyDigest())
      assert.equal(number(digest.sum), sum)
      assert.equal(digest.count, ids.length)
      assert.ok(sameDigest(digest, ids.toReversed().reduce(addToDigest, emptyDigest())))
      assert.deepEqual(totalOf([ids.slice(0, cut), ids.slice(cut)].map((part) => part.reduce(addToDigest, emptyDigest()))), digest)
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
  const size = ({ entries, records }: { entries: Uint8Array[], records: Uint8Array[] }): number => [...entries, ...records].reduce((sum, { length }) => sum + length, 0)

  it('pages keep order and bounds', async () => {
    const big = Array.from({ length: 70 }, (_, at) => new Uint8Array(8 * 1024 - at))
    const small = Array.from({ length: 2 * MAX_PAGE_ENTRIES + 1 }, () => Uint8Array.of(1))
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 })), async (some) => {
      const all = [...some, ...big, ...small]
      const out: Uint8Array[][] = []
      for await (const page of pages(all)) out.push(page)
      assert.ok(out.flat().every((bytes, at) => bytes === all[at]) && out.flat().length === all.length)
      for (const page of out) {
        assert.ok(page.length > 0 && page.length <= MAX_PAGE_ENTRIES)
        assert.ok(size({ entries: page, records: [] }) <= MAX_PAGE_BYTES)
      }
    }), { numRuns: 10 })
  })

  it('the queue hands out entries and records in pages within the bounds', () => {
    const queue = new LiveQueue()
    queue.push('records', [Uint8Array.of(1)])
    queue.push('entries', Array.from({ length: 40 }, () => new Uint8Array(8 * 1024)))
    queue.push('entries', Array.from({ length: 2 * MAX_PAGE_ENTRIES }, () => Uint8Array.of(1)))
    let count = 0
    for (let page = queue.take(); page !== undefined; page = queue.take()) {
      const here = page.entries.length + page.records.length
      assert.ok(here <= MAX_PAGE_ENTRIES && size(page) <= MAX_PAGE_BYTES)
      count += here
    }
    assert.equal(count, 41 + 2 * MAX_PAGE_ENTRIES)
  })

  it('a queue that overflows keeps nothing and says once that the peer is behind', () => {
    const queue = new LiveQueue()
    const piece = new Uint8Array(8 * 1024)
    for (let bytes = 0; bytes < MAX_QUEUE_BYTES; bytes += piece.length) queue.push('entries', [piece])
    assert.equal(queue.takeBehind(), false)
    queue.push('records', [Uint8Array.of(1)])
    queue.push('entries', [piece])
    assert.equal(queue.take(), undefined)
    assert.equal(queue.takeBehind(), true)
    assert.equal(queue.takeBehind(), false)
    queue.push('entries', [piece])
    assert.equal(queue.take()?.entries.length, 1)
  })
})

describe('protocols/sync budget of rounds', () => {
  it('lets some begin at once, then one after each rest', () => {
    const budget = new RoundBudget(0)
    for (let at = 0; at < ROUND_BURST; at++) assert.equal(budget.take(0), 0)
    assert.equal(budget.take(0), ROUND_REST_MS)
    assert.equal(budget.take(ROUND_REST_MS - 1), 1)
    assert.equal(budget.take(ROUND_REST_MS), 0)
    assert.equal(budget.take(ROUND_REST_MS), ROUND_REST_MS)
    for (let at = 0; at < ROUND_BURST; at++) assert.equal(budget.take(1000 * ROUND_REST_MS), 0)
    assert.equal(budget.take(1000 * ROUND_REST_MS), ROUND_REST_MS)
  })

  it('refuses who never waits', () => {
    const budget = new RoundBudget(0)
    for (let at = 0; at < ROUND_BURST; at++) budget.take(0)
    for (let at = 0; at < MAX_EARLY_STARTS; at++) assert.ok(budget.take(0) > 0)
    assert.throws(() => budget.take(0), { code: 'LIMIT' })
  })
})
