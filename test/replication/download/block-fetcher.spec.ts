import assert from 'node:assert/strict'
import { BlockFetcher, type BlockFetcherInit } from '../../../src/replication/download/block-fetcher.js'
import { OnDemandDialer, OTHERS_A_BLOCK, OTHERS_A_MINUTE, OTHERS_A_MINUTE_UNATTENDED } from '../../../src/replication/download/on-demand-dialer.js'
import { FakeClock } from '../../network/fake-clock.js'
import { failsWith } from '../../node/cluster.js'
import { block, FakeGets, FakePeers, refusal, type Ask } from '../fakes.js'

const INACTIVITY_MS = 10_000
/** Longer than any test. */
const DIAL_MS = 600_000

describe('fetch plan', () => {
  let peers: FakePeers
  let gets: FakeGets
  let clock: FakeClock
  let plan: BlockFetcher
  const init = (): BlockFetcherInit => ({ peers: peers.peers, clients: gets, timer: clock, inactivityMs: INACTIVITY_MS })
  beforeEach(() => {
    peers = new FakePeers()
    gets = new FakeGets()
    clock = new FakeClock()
    plan = new BlockFetcher(init())
  })

  const settled = async (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })
  const only = (asks: Ask[], at: number): Ask => {
    const ask = asks[at]
    assert.ok(ask !== undefined)
    return ask
  }

  it('asks one member, says what came from it, and passes the length on', async () => {
    peers.come('a')
    const { cid, bytes } = block('text')
    const fetched: unknown[] = []
    const work = plan.fetch(cid, { size: 4, onFetched: (peer, count) => { fetched.push([peer, count]) } })
    const ask = only(await gets.until(1), 0)
    assert.deepEqual([ask.peer, ask.size, ask.cid.toString()], ['a', 4, cid.toString()])
    ask.answer(bytes)
    assert.deepEqual(await work, bytes)
    assert.deepEqual(fetched, [['a', 4]])
  })

  for (const code of ['INCOMPLETE', 'HASH_MISMATCH', 'TIMEOUT', 'INVALID_DATA', 'CLOSED'] as const) {
    it(`asks each member once when they answer ${code}`, async () => {
      peers.come('a', 'b', 'c')
      gets.auto = (ask) => { ask.fail(refusal(code)) }
      await failsWith(plan.fetch(block('x').cid), 'BLOCKS_UNAVAILABLE')
      assert.deepEqual(gets.asked.map(({ peer }) => peer).sort(), ['a', 'b', 'c'])
    })
  }

  it('is a typed error at once when nobody is there', async () => {
    await failsWith(plan.fetch(block('x').cid), 'BLOCKS_UNAVAILABLE')
    assert.equal(gets.asked.length, 0)
  })

  it('waits for the first member while the node is still dialling', async () => {
    plan = new BlockFetcher({ ...init(), diallingMs: () => INACTIVITY_MS })
    const { cid, bytes } = block('x')
    const work = plan.fetch(cid)
    gets.auto = (ask) => { ask.answer(bytes) }
    peers.come('a')
    assert.deepEqual(await work, bytes)
  })

  it('takes the block from the next one after a failure', async () => {
    peers.come('a', 'b')
    const { cid, bytes } = block('x')
    gets.auto = (ask) => {
      if (ask.peer === 'a') ask.fail(refusal('HASH_MISMATCH'))
      else ask.answer(bytes)
    }
    assert.deepEqual(await plan.fetch(cid), bytes)
    assert.deepEqual(gets.asked.map(({ peer }) => peer), ['a', 'b'])
  })

  it('asks who failed after all others from then on', async () => {
    peers.come('a', 'b')
    gets.auto = (ask) => {
      if (ask.peer === 'a') ask.fail(refusal('HASH_MISMATCH'))
      else ask.answer(block('x').bytes)
    }
    for (let n = 0; n < 5; n++) await plan.fetch(block('x').cid)
    assert.deepEqual(gets.asked.map(({ peer }) => peer), ['a', 'b', 'b', 'b', 'b', 'b'])
  })

  it('asks those first that should hold it, and then the others', async () => {
    peers.come('a', 'b', 'c', 'd')
    gets.auto = (ask) => { ask.fail(refusal('INCOMPLETE')) }
    await failsWith(plan.fetch(block('x').cid, { need: { holders: ['away', 'd', 'b'] } }), 'BLOCKS_UNAVAILABLE')
    assert.deepEqual(gets.asked.map(({ peer }) => peer), ['b', 'd', 'a', 'c'])
  })

  it('hears from one who comes later who should hold it', async () => {
    peers.come('a', 'b', 'c')
    const { cid, bytes } = block('x')
    const works = [plan.fetch(cid), plan.fetch(cid, { need: { holders: ['c'] } })]
    only(await gets.until(1), 0).fail(refusal('INCOMPLETE'))
    const second = only(await gets.until(2), 1)
    assert.equal(second.peer, 'c')
    second.answer(bytes)
    await Promise.all(works)
  })

  it('spreads what is asked for at once over members that are alike', async () => {
    peers.come('a', 'b', 'c')
    const works = Array.from({ length: 9 }, (_, n) => plan.fetch(block(`${n}`).cid))
    const asks = await gets.until(9)
    for (const peer of ['a', 'b', 'c']) assert.equal(asks.filter((ask) => ask.peer === peer).length, 3)
    for (const ask of asks) ask.answer(new Uint8Array(1))
    await Promise.all(works)
  })

  it('asks a fast member for more than a slow one, in proportion', async () => {
    peers.come('slow', 'fast')
    // one after the other, so that what passes is the block's own time: 4 to 1
    for (let n = 0; n < 40; n++) {
      const work = plan.fetch(block(`measured ${n}`).cid)
      const ask = only(await gets.until(n + 1), n)
      clock.advanceBy(ask.peer === 'fast' ? 5 : 20)
      ask.answer(new Uint8Array(1024 ** 2))
      await work
      if (n === 4) peers.go('fast')
      if (n === 24) peers.come('fast')
    }
    const before = gets.asked.length
    const works = Array.from({ length: 20 }, (_, n) => plan.fetch(block(`${n}`).cid))
    const asks = (await gets.until(before + 20)).slice(before)
    const fast = asks.filter(({ peer }) => peer === 'fast').length
    assert.ok(fast >= 14 && fast <= 18, `${fast} of 20`)
    for (const ask of asks) ask.answer(new Uint8Array(1))
    await Promise.all(works)
  })

  it('waits for a member that was lost in mid-transfer, and asks it again', async () => {
    peers.come('a')
    const { cid, bytes } = block('x')
    const work = plan.fetch(cid)
    const first = only(await gets.until(1), 0)
    peers.go('a')
    first.fail(refusal('CLOSED'))
    // not before it is back
    await new Promise<void>((resolve) => { setImmediate(resolve) })
    assert.equal(gets.asked.length, 1)
    peers.come('a')
    only(await gets.until(2), 1).answer(bytes)
    assert.deepEqual(await work, bytes)
  })

  it('takes another member that comes instead of the one that was lost', async () => {
    peers.come('a')
    const { cid, bytes } = block('x')
    const work = plan.fetch(cid)
    const first = only(await gets.until(1), 0)
    peers.go('a')
    first.fail(refusal('CLOSED'))
    await new Promise<void>((resolve) => { setImmediate(resolve) })
    peers.come('b')
    const second = only(await gets.until(2), 1)
    assert.equal(second.peer, 'b')
    second.answer(bytes)
    await work
  })

  it('gives up on a member that was lost and does not come back', async () => {
    peers.come('a')
    const work = plan.fetch(block('x').cid)
    peers.go('a')
    only(await gets.until(1), 0).fail(refusal('CLOSED'))
    const failed = failsWith(work, 'BLOCKS_UNAVAILABLE')
    await clock.advance(INACTIVITY_MS)
    await failed
  })

  it('does not ask a member again and again that goes at each want and comes back', async () => {
    peers.come('a')
    gets.auto = (ask) => {
      peers.go('a')
      ask.fail(refusal('CLOSED'))
      // a guard: what never ends would keep the process busy
      if (gets.asked.length < 50) setImmediate(() => { peers.come('a') })
    }
    await failsWith(plan.fetch(block('x').cid), 'BLOCKS_UNAVAILABLE')
    assert.equal(gets.asked.length, 3)
    // another block is another matter
    await settled()
    await failsWith(plan.fetch(block('y').cid), 'BLOCKS_UNAVAILABLE')
    assert.equal(gets.asked.length, 6)
  })

  it('waits on for one that was lost when another went too often', async () => {
    peers.come('flaps', 'b')
    const { cid, bytes } = block('x')
    const work = plan.fetch(cid)
    const lose = async (count: number, peer: string): Promise<void> => {
      const ask = only(await gets.until(count), count - 1)
      assert.equal(ask.peer, peer)
      peers.go(peer)
      ask.fail(refusal('CLOSED'))
      await settled()
    }
    await lose(1, 'flaps')
    await lose(2, 'b')
    for (const count of [3, 4]) {
      peers.come('flaps')
      await lose(count, 'flaps')
    }
    peers.come('flaps')
    await settled()
    assert.equal(gets.asked.length, 4)
    peers.come('b')
    only(await gets.until(5), 4).answer(bytes)
    assert.deepEqual(await work, bytes)
  })

  it('makes one transfer for two who want the same block, and ends it when neither does', async () => {
    peers.come('a')
    const { cid, bytes } = block('x')
    const stop = new AbortController()
    const [one, other] = [plan.fetch(cid, { signal: stop.signal }), plan.fetch(cid)]
    const ask = only(await gets.until(1), 0)
    stop.abort(new Error('one leaves'))
    await assert.rejects(one, { message: 'one leaves' })
    assert.equal(ask.signal.aborted, false)
    ask.answer(bytes)
    assert.deepEqual(await other, bytes)
    assert.equal(gets.asked.length, 1)

    const leave = [new AbortController(), new AbortController()]
    const works = leave.map(({ signal }) => plan.fetch(cid, { signal }))
    const second = only(await gets.until(2), 1)
    for (const [at, { abort }] of leave.map((controller, at) => [at, { abort: () => { controller.abort(new Error(`${at} leaves`)) } }] as const)) {
      abort()
      await assert.rejects(works[at] ?? Promise.resolve(), { message: `${at} leaves` })
    }
    assert.equal(second.signal.aborted, true)
    assert.equal(gets.asked.length, 2)
  })

  it('one who comes after all others left gets a transfer of its own', async () => {
    peers.come('a')
    const { cid, bytes } = block('x')
    const stop = new AbortController()
    const left = plan.fetch(cid, { signal: stop.signal })
    await gets.until(1)
    gets.auto = (ask) => { ask.answer(bytes) }
    // in the same turn in which the last one left
    const late = left.catch(() => plan.fetch(cid))
    stop.abort(new Error('leaves'))
    assert.deepEqual(await late, bytes)
    assert.equal(gets.asked.length, 2)
  })

  it('that was aborted before asks nobody', async () => {
    peers.come('a')
    await assert.rejects(plan.fetch(block('x').cid, { signal: AbortSignal.abort(new Error('before')) }), { message: 'before' })
    assert.equal(gets.asked.length, 0)
  })

  describe('with members that no link goes to', () => {
    let away: string[]
    let dialled: string[]
    /** What a dial does. @default it connects */
    let reach: (peer: string, signal: AbortSignal | undefined) => Promise<void>
    beforeEach(() => {
      away = Array.from({ length: 20 }, (_, n) => `other ${n}`)
      dialled = []
      reach = async () => {}
      const found = Object.assign(peers.peers, {
        reach: async (peer: string, { signal }: { signal?: AbortSignal } = {}) => {
          dialled.push(peer)
          await reach(peer, signal)
          peers.come(peer)
        }
      })
      const others = new OnDemandDialer({ peers: found, list: () => away.filter((peer) => peers.get(peer) === undefined), timer: clock, dialMs: DIAL_MS })
      plan = new BlockFetcher({ ...init(), peers: found, others })
      gets.auto = (ask) => { ask.fail(refusal('INCOMPLETE')) }
    })
    const holds = (holder: string): void => {
      gets.auto = (ask) => {
        if (ask.peer === holder) ask.answer(block('x').bytes)
        else ask.fail(refusal('INCOMPLETE'))
      }
    }
    const text = async (work: Promise<unknown>): Promise<string> => (await failsWith(work, 'BLOCKS_UNAVAILABLE')).message

    it('asks the connected ones first, and then who wrote the file', async () => {
      peers.come('a')
      holds('other 17')
      assert.deepEqual(await plan.fetch(block('x').cid, { need: { writer: 'other 17' } }), block('x').bytes)
      assert.equal(gets.asked[0]?.peer, 'a')
      assert.equal(dialled[0], 'other 17')
    })

    it('dials who should hold it right after who wrote it, in order', async () => {
      peers.come('a')
      const holders = ['other 9', 'other 3', 'a', 'other 5']
      await text(plan.fetch(block('x').cid, { need: { writer: 'other 17', holders } }))
      assert.deepEqual(dialled.slice(0, 4), ['other 17', 'other 9', 'other 3', 'other 5'])
    })

    it('dials those of them last that had not what they were asked for', async () => {
      await text(plan.fetch(block('x').cid, { need: { holders: ['other 3'] } }))
      for (const peer of dialled.splice(0)) peers.go(peer)
      await text(plan.fetch(block('y').cid, { need: { holders: ['other 3', 'other 17', 'other 18'] } }))
      assert.deepEqual(dialled.slice(0, 3), ['other 17', 'other 18', 'other 3'])
    })

    it('dials nobody when a connected one has the block', async () => {
      peers.come('a')
      holds('a')
      await plan.fetch(block('x').cid)
      assert.deepEqual(dialled, [])
    })

    it('dials a few for a block, once each, and says how many were asked', async () => {
      peers.come('a')
      const message = await text(plan.fetch(block('x').cid))
      assert.deepEqual([dialled.length, new Set(dialled).size], [OTHERS_A_BLOCK, OTHERS_A_BLOCK])
      assert.ok(message.includes(`${OTHERS_A_BLOCK + 1} connected members`) && message.includes(`${OTHERS_A_BLOCK + 1} do not have it`))
    })

    it('counts those that were not reached, and waits for none of them', async () => {
      peers.come('a')
      reach = async () => { throw new Error('no answer') }
      const message = await text(plan.fetch(block('x').cid))
      assert.ok(message.includes(`of ${OTHERS_A_BLOCK + 1} members 1 do not have it, ${OTHERS_A_BLOCK} were not reached`), message)
    })

    it('goes on with the next when one does not answer', async () => {
      holds('other 2')
      reach = async (peer, signal) => {
        if (peer === 'other 2') return
        return new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason as Error) }) })
      }
      assert.deepEqual(await plan.fetch(block('x').cid), block('x').bytes)
    })

    it('remembers for the next block who lacked one, and does not dial a whole vault for what nobody has', async () => {
      reach = async () => { throw new Error('no answer') }
      await text(plan.fetch(block('x').cid))
      const first = new Set(dialled.splice(0))
      await text(plan.fetch(block('y').cid))
      assert.ok(dialled.every((peer) => !first.has(peer)))
      for (let n = 0; n < 20; n++) await text(plan.fetch(block(`n ${n}`).cid))
      assert.equal(first.size + dialled.length, OTHERS_A_MINUTE)
      clock.advanceBy(60_000)
      await text(plan.fetch(block('z').cid))
      assert.equal(first.size + dialled.length, OTHERS_A_MINUTE + OTHERS_A_BLOCK)
    })

    it('dials sparingly, or not at all, for what nobody waits for', async () => {
      reach = async () => { throw new Error('no answer') }
      await text(plan.fetch(block('x').cid, { need: { dial: 'never' } }))
      assert.deepEqual(dialled, [])
      for (let n = 0; n < 5; n++) await text(plan.fetch(block(`n ${n}`).cid, { need: { dial: 'sparingly' } }))
      assert.equal(dialled.length, OTHERS_A_MINUTE_UNATTENDED)
      clock.advanceBy(60_000)
      // those four that were not dialled yet; the others lacked something a minute ago
      await text(plan.fetch(block('z').cid, { need: { dial: 'sparingly' } }))
      assert.deepEqual([dialled.length, new Set(dialled).size], [20, 20])
      clock.advanceBy(5 * 60_000)
      await text(plan.fetch(block('z').cid, { need: { dial: 'sparingly' } }))
      assert.equal(dialled.length, 20 + OTHERS_A_BLOCK)
    })

    it('dials as for a user as soon as one waits for the same block', async () => {
      peers.come('a')
      gets.auto = undefined
      const { cid, bytes } = block('x')
      const works = [plan.fetch(cid, { need: { dial: 'never' } }), plan.fetch(cid)]
      const ask = only(await gets.until(1), 0)
      holds('other 0')
      ask.fail(refusal('INCOMPLETE'))
      assert.deepEqual(await Promise.all(works), [bytes, bytes])
    })
  })
})
