import assert from 'node:assert/strict'
import { cidOf, DAG_CBOR } from '../../../protocols/block/cid.js'
import { BlockFetcher, type FetchOptions } from '../../../src/replication/download/block-fetcher.js'
import { BLOCKS_A_HEDGE, HEDGE_FROM_MS, LAST_BLOCKS } from '../../../src/replication/download/hedging.js'
import { HALVED_MS } from '../../../src/replication/download/peer-scores.js'
import { FakeClock } from '../../network/fake-clock.js'
import { failsWith } from '../../node/cluster.js'
import { block, FakeGets, FakePeers, refusal, type Ask } from '../fakes.js'

const MIB = 1024 ** 2
const BYTES = new Uint8Array(MIB)

describe('a block that is late', () => {
  let clock: FakeClock
  let peers: FakePeers
  let gets: FakeGets
  let plan: BlockFetcher
  let asked: number
  beforeEach(() => {
    clock = new FakeClock()
    peers = new FakePeers()
    gets = new FakeGets()
    plan = new BlockFetcher({ peers: peers.peers, clients: gets, timer: clock })
    asked = 0
  })

  /** The wants since the last look, once there are `count` of them. */
  async function more (count: number): Promise<Ask[]> {
    const asks = (await gets.until(asked + count)).slice(asked)
    asked += asks.length
    return asks
  }
  async function one (): Promise<Ask> {
    const [ask] = await more(1)
    assert.ok(ask !== undefined)
    return ask
  }
  const quiet = (): void => { assert.equal(gets.asked.length, asked) }
  let serial = 0
  const fetch = (options: FetchOptions = {}): Promise<Uint8Array> => plan.fetch(block(`${serial++}`).cid, { size: MIB, ...options })
  const next = { isNext: () => true }

  /** What is asked from now on is answered by each peer in so many milliseconds, alone and one after the other, until that is what the plan knows. */
  async function measured (speeds: Record<string, number>): Promise<void> {
    peers.come(...Object.keys(speeds))
    for (const [peer, ms] of Object.entries(speeds)) {
      for (let n = 0; n < 30; n++) {
        const work = fetch({ need: { holders: [peer] } })
        const ask = await one()
        assert.equal(ask.peer, peer)
        clock.advanceBy(ms)
        ask.answer(BYTES)
        await work
      }
    }
  }

  it('is asked of a second one, whose answer is taken; the first one is told that it is not wanted any more', async () => {
    peers.come('a', 'b')
    const work = fetch(next)
    const first = await one()
    await clock.advance(HEDGE_FROM_MS - 1)
    quiet()
    await clock.advance(1)
    const second = await one()
    assert.deepEqual([first.peer, second.peer, second.cid.toString()], ['a', 'b', first.cid.toString()])
    second.answer(BYTES)
    assert.equal(await work, BYTES)
    assert.ok(first.signal.aborted)
    assert.deepEqual(plan.hedged, { blocks: 1, bytes: MIB, won: 1 })
  })

  it('is taken from the first one where that is sooner', async () => {
    peers.come('a', 'b')
    const fetched: string[] = []
    const work = fetch({ ...next, onFetched: (peer) => { fetched.push(peer) } })
    const first = await one()
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    first.answer(BYTES)
    await work
    assert.ok(second.signal.aborted)
    assert.deepEqual(fetched, ['a'])
    assert.deepEqual(plan.hedged, { blocks: 1, bytes: MIB, won: 0 })
  })

  it('is asked of two at the most at a time, and of a third when one of them has it not', async () => {
    peers.come('a', 'b', 'c')
    const work = fetch(next)
    await one()
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    await clock.advance(100 * HEDGE_FROM_MS)
    quiet()
    second.fail(refusal('INCOMPLETE'))
    await clock.advance(100 * HEDGE_FROM_MS)
    const third = await one()
    assert.deepEqual([second.peer, third.peer], ['b', 'c'])
    third.answer(BYTES)
    await work
    assert.equal(plan.hedged.blocks, 2)
  })

  it('is a typed error once both have failed', async () => {
    peers.come('a', 'b')
    const work = fetch(next)
    const first = await one()
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    first.fail(refusal('TIMEOUT'))
    second.fail(refusal('HASH_MISMATCH'))
    await failsWith(work, 'BLOCKS_UNAVAILABLE')
  })

  it('takes the answer of the one that is left when the other fails', async () => {
    peers.come('a', 'b')
    const work = fetch(next)
    const first = await one()
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    second.fail(refusal('CLOSED'))
    await clock.advance(0)
    first.answer(new Uint8Array(1))
    assert.equal((await work).length, 1)
    quiet()
  })

  it('ends both when nobody wants it any more', async () => {
    peers.come('a', 'b')
    const stop = new AbortController()
    const work = fetch({ ...next, signal: stop.signal })
    const first = await one()
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    stop.abort(new Error('leaves'))
    await assert.rejects(work, { message: 'leaves' })
    assert.ok(first.signal.aborted && second.signal.aborted)
    await clock.advance(1000 * HEDGE_FROM_MS)
    quiet()
  })

  it('is not asked of a second one where there is none, until one comes', async () => {
    peers.come('a')
    const work = fetch(next)
    await one()
    await clock.advance(10 * HEDGE_FROM_MS)
    quiet()
    peers.come('b')
    await clock.advance(10 * HEDGE_FROM_MS)
    const second = await one()
    assert.equal(second.peer, 'b')
    second.answer(BYTES)
    await work
  })

  it('is late after three times what another needs', async () => {
    await measured({ a: 100, b: 100 })
    const work = fetch(next)
    await one()
    await clock.advance(250)
    quiet()
    await clock.advance(100)
    const second = await one()
    second.answer(BYTES)
    await work
  })

  it('is, where nobody waits for just this one, not late before what its holder is known to need', async () => {
    await measured({ slow: 2000, fast: 10 })
    peers.go('fast')
    const work = fetch()
    await one()
    peers.come('fast')
    await clock.advance(2000)
    quiet()
    await clock.advance(2000)
    const second = await one()
    assert.equal(second.peer, 'fast')
    second.answer(BYTES)
    await work
  })

  it('is late sooner when its turn comes in the order of a reader', async () => {
    await measured({ slow: 2000, fast: 10 })
    peers.go('fast')
    let isNext = false
    const work = fetch({ isNext: () => isNext })
    await one()
    peers.come('fast')
    await clock.advance(500)
    quiet()
    isNext = true
    await clock.advance(250)
    const second = await one()
    second.answer(BYTES)
    await work
  })

  it('is waited for by another reader who has joined', async () => {
    await measured({ slow: 2000, fast: 10 })
    peers.go('fast')
    const { cid } = block('joined')
    const works = [plan.fetch(cid, { size: MIB })]
    await one()
    peers.come('fast')
    works.push(plan.fetch(cid, next))
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    second.answer(BYTES)
    await Promise.all(works)
  })

  it('is, as a manifest, waited for by all that lies below it', async () => {
    await measured({ slow: 2000, fast: 10 })
    peers.go('fast')
    const work = plan.fetch(cidOf(DAG_CBOR, new Uint8Array(9)))
    await one()
    peers.come('fast')
    await clock.advance(HEDGE_FROM_MS)
    const second = await one()
    second.answer(new Uint8Array(9))
    await work
  })

  it('costs no more than one hedge in eight blocks, where nobody waits for it', async () => {
    // hedges that may be saved up are gone
    peers.come('a', 'b')
    const many = LAST_BLOCKS + 4
    const works = Array.from({ length: many }, () => fetch())
    const firsts = await more(many)
    await clock.advance(60_000)
    const hedges = gets.asked.slice(asked)
    assert.equal(hedges.length, 2)
    await clock.advance(60_000)
    assert.equal(gets.asked.length, asked + 2)
    asked += 2
    for (const ask of firsts) ask.answer(BYTES)
    await Promise.all(works)

    // each eight that came are another one
    for (let n = many; n < BLOCKS_A_HEDGE; n++) {
      const work = fetch()
      ;(await one()).answer(BYTES)
      await work
    }
    const again = Array.from({ length: many }, () => fetch())
    const others = await more(many)
    await clock.advance(600_000)
    assert.equal(gets.asked.length, asked + 1)
    for (const ask of others) ask.answer(BYTES)
    await Promise.all(again)
    assert.equal(plan.hedged.blocks, 3)
  })

  it('is always asked of one that has nothing to do when it is one of the last', async () => {
    await measured({ slow: 200, fast: 10 })
    for (let n = 0; n < 10; n++) {
      peers.go('fast')
      const work = fetch()
      await one()
      peers.come('fast')
      await clock.advance(60_000)
      const second = await one()
      assert.equal(second.peer, 'fast')
      second.answer(BYTES)
      await work
    }
    assert.equal(plan.hedged.blocks, 10)
  })

  describe('what is learnt from it', () => {
    /** A reader that reads in order, `ahead` blocks at once; how many of its blocks each was asked for. */
    async function read (count: number, ahead: number, msOf: (peer: string) => number): Promise<Record<string, number>> {
      const counts: Record<string, number> = {}
      const busy: Record<string, number> = {}
      let out = 0
      gets.auto = (ask) => {
        counts[ask.peer] = (counts[ask.peer] ?? 0) + 1
        // in turn, as one stream answers
        const at = Math.max(clock.now(), busy[ask.peer] ?? 0) + msOf(ask.peer)
        busy[ask.peer] = at
        clock.after(at - clock.now(), () => { if (!ask.signal.aborted) ask.answer(BYTES) })
      }
      const window: Array<Promise<Uint8Array>> = []
      const begun = clock.now()
      const reading = (async () => {
        for (let n = 0; n < count + ahead; n++) {
          if (n >= ahead) {
            await window[n - ahead]
            out++
          }
          if (n < count) window.push(fetch({ isNext: () => out === n }))
        }
        return clock.now() - begun
      })()
      let ms: number | undefined
      void reading.then((value) => { ms = value })
      while (ms === undefined) {
        assert.ok(clock.now() - begun < 60_000, `${out} blocks came in a minute`)
        await clock.advance(1)
      }
      asked = gets.asked.length
      return { ...counts, ms }
    }

    it('a reader in order is not held up by a member that is slow', async () => {
      peers.come('slow', 'good', 'better')
      const { ms = 0, slow } = await read(500, 4, (peer) => peer === 'slow' ? 1000 : 4)
      // two that share the work: 500 blocks of 4 ms, and one block that was late
      assert.ok(ms < 500 * 4 / 2 + 3 * HEDGE_FROM_MS, `${ms} ms`)
      assert.ok(slow !== undefined && slow <= 4, `${slow} asked of the slow one`)
      assert.ok(plan.hedged.blocks <= 4)
    })

    it('nor by one that stalls for ever', async () => {
      peers.come('stalls', 'good')
      const { ms = 0 } = await read(500, 4, (peer) => peer === 'stalls' ? 1e9 : 4)
      assert.ok(ms < 500 * 4 + 3 * HEDGE_FROM_MS, `${ms} ms`)
    })

    it('members that are alike share the work, and nothing is asked for twice', async () => {
      peers.come('a', 'b', 'c')
      const { a = 0, b = 0, c = 0 } = await read(300, 6, () => 4)
      for (const count of [a, b, c]) assert.ok(count >= 80, `${a} ${b} ${c}`)
      assert.equal(plan.hedged.blocks, 0)
    })

    it('one that was slow is tried again after some time', async () => {
      peers.come('was slow', 'good')
      await read(50, 4, (peer) => peer === 'good' ? 4 : 1000)
      await clock.advance(20 * HALVED_MS)
      const { 'was slow': count = 0 } = await read(200, 4, () => 4)
      assert.ok(count >= 50, `${count}`)
    })
  })
})
