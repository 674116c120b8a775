import assert from 'node:assert/strict'
import type { Receipt } from '../../src/replication/push/live-push.js'
import { MemberDirectory, type MemberDirectoryComponents } from '../../src/node/member-directory.js'
import { Reach } from '../../src/replication/push/durability.js'
import { LATE_FACTOR, LATE_FROM_MS, PushPace, type Pushing } from '../../src/replication/push/push-pace.js'
import { FakeClock } from '../network/fake-clock.js'
import { FakePeers } from './fakes.js'

/** Longer than any test. */
const NEVER_MS = 600_000

describe('reach', () => {
  let peers: FakePeers
  let pushed: string[]
  let clock: FakeClock
  let pace: PushPace
  beforeEach(() => {
    peers = new FakePeers()
    clock = new FakeClock()
    pace = new PushPace(clock)
    pushed = []
  })

  const reach = (durable?: number, progressMs = NEVER_MS): Reach => new Reach({
    peers,
    pace,
    placement: { byOrder: (_, connected) => [...connected] },
    directory: new MemberDirectory({
      peers,
      vault: { members: () => ['self', 'b', 'c', ...peers.unwanted].map((peer) => ({ peer })), labelOf: (peer: string) => peer },
      memberRecords: {
        presence: { present: (peer: string) => peer !== 'absent' },
        records: { get: (peer: string) => ({ capacity: peer === 'lends nothing' ? 0 : 1, accepting: peer !== 'full' }) }
      }
    } as unknown as MemberDirectoryComponents, { self: 'self', answerMs: 0 }),
    progressMs
  }, durable)
  const receipt = (peer: string): Receipt => ({ peer, blocks: 1, bytes: 1 })
  const settled = async (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })
  /** Every push succeeds. */
  const into = (receipts: Receipt[]) => async (peer: string): Promise<void> => {
    pushed.push(peer)
    receipts.push(receipt(peer))
  }

  it('leaves a member alone that has the version, also when it connects anew', async () => {
    peers.come('b')
    const receipts = [receipt('b')]
    const work = reach(3).rest(receipts, new Map(), into(receipts))
    await settled()
    peers.go('b')
    peers.come('b')
    await settled()
    peers.come('c')
    await work
    assert.deepEqual(pushed, ['c'])
    assert.deepEqual(receipts.map(({ peer }) => peer), ['b', 'c'])
  })

  it('counts two receipts of one member once', async () => {
    const receipts = [receipt('b'), receipt('b')]
    peers.come('b', 'c')
    await reach(3).rest(receipts, new Map(), into(receipts))
    assert.deepEqual(pushed, ['c'])
  })

  it('asks a member again that failed and is back', async () => {
    peers.come('b')
    const receipts: Receipt[] = []
    const work = reach(2).rest(receipts, new Map([['b', new Error('lost')]]), into(receipts))
    await settled()
    assert.deepEqual(pushed, [])
    peers.go('b')
    peers.come('b')
    await work
    assert.deepEqual(pushed, ['b'])
  })

  it('dials members without a link when those that are connected are too few', async () => {
    for (const peer of ['d', 'e', 'absent', 'full', 'lends nothing']) peers.unwanted.add(peer)
    peers.come('b')
    const receipts: Receipt[] = []
    await reach(4).rest(receipts, new Map(), into(receipts))
    assert.equal(pushed[0], 'b')
    assert.deepEqual([...pushed].sort(), ['b', 'd', 'e'])
  })

  it('dials nobody when those that are connected are enough', async () => {
    peers.unwanted.add('d')
    peers.come('b')
    const receipts: Receipt[] = []
    await reach(2).rest(receipts, new Map(), into(receipts))
    assert.deepEqual(pushed, ['b'])
  })

  it('dials no more than a few in vain', async () => {
    for (let n = 0; n < 40; n++) peers.unwanted.add(`other ${n}`)
    await reach(3, 0).rest([], new Map(), async (peer) => {
      pushed.push(peer)
      throw new Error('not reached')
    })
    assert.equal(pushed.length, 8)
    assert.equal(new Set(pushed).size, 8)
  })

  it('dials nobody for a put that named no number when nobody is connected', async () => {
    peers.unwanted.add('d')
    await reach().rest([], new Map(), into([]))
    assert.deepEqual(pushed, [])
  })

  it('brings nothing to who lends or takes nothing, says so, and asks whose record has not come', async () => {
    peers.come('lends nothing', 'full', 'b')
    const one = reach(2, 0)
    const receipts: Receipt[] = []
    await one.rest(receipts, new Map(), into(receipts))
    assert.deepEqual(pushed, ['b'])
    assert.equal(one.why(), 'lends nothing lends nothing; full takes nothing more; c was never met')
    assert.deepEqual(reach(3).first(), ['b'])
  })

  describe('a member that is late', () => {
    /** Pushes that end when the test says so, by member; each is a step of its member. */
    const held = (receipts: Receipt[]) => {
      const ends = new Map<string, PromiseWithResolvers<void>>()
      const dropped: string[] = []
      const push = async (peer: string, signal: AbortSignal, _onBytes: () => void, pushing: Pushing): Promise<void> => {
        pushed.push(peer)
        const end = Promise.withResolvers<void>()
        ends.set(peer, end)
        signal.addEventListener('abort', () => {
          dropped.push(peer)
          end.reject(signal.reason)
        })
        await pushing.step(end.promise)
        pushing.ended()
        receipts.push(receipt(peer))
      }
      return { ends, dropped, push }
    }

    it('is not waited for: the next is begun with, and who is late is dropped when that one has it', async () => {
      peers.come('b', 'c')
      const receipts: Receipt[] = []
      const { ends, dropped, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push)
      await clock.advance(LATE_FROM_MS - 1)
      assert.deepEqual(pushed, ['b'])
      await clock.advance(1)
      assert.deepEqual(pushed, ['b', 'c'])
      ends.get('c')?.resolve()
      await work
      assert.deepEqual(receipts.map(({ peer }) => peer), ['c'])
      assert.deepEqual(dropped, ['b'])
      // and the next put begins with the others
      assert.deepEqual(reach(2).first(), ['c'])
    })

    it('goes on, and counts when it is done first', async () => {
      peers.come('b', 'c')
      const receipts: Receipt[] = []
      const { ends, dropped, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push)
      await clock.advance(LATE_FROM_MS)
      ends.get('b')?.resolve()
      await work
      assert.deepEqual(receipts.map(({ peer }) => peer), ['b'])
      assert.deepEqual(dropped, ['c'])
      assert.deepEqual(reach(2).first(), ['b'])
    })

    it('is so after three times what it usually needs', async () => {
      peers.come('b', 'c')
      const first: Receipt[] = []
      const usual = held(first)
      const before = reach(2).rest(first, new Map(), usual.push)
      await clock.advance(LATE_FROM_MS - 200)
      usual.ends.get('b')?.resolve()
      await before
      pushed = []
      const receipts: Receipt[] = []
      const { ends, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push)
      await clock.advance(LATE_FACTOR * (LATE_FROM_MS - 200) - 1)
      assert.deepEqual(pushed, ['b'])
      await clock.advance(1)
      assert.deepEqual(pushed, ['b', 'c'])
      ends.get('c')?.resolve()
      await work
    })

    it('that a member connects later than that is no matter', async () => {
      peers.come('b')
      const receipts: Receipt[] = []
      const { ends, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push)
      await clock.advance(20 * LATE_FROM_MS)
      assert.deepEqual(pushed, ['b'])
      peers.come('c')
      await settled()
      ends.get('c')?.resolve()
      await work
      assert.deepEqual(receipts.map(({ peer }) => peer), ['c'])
    })

    it('of many that are late no more than three are under way', async () => {
      peers.come(...Array.from({ length: 9 }, (_, n) => `m${n}`))
      const receipts: Receipt[] = []
      const { ends, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push)
      await clock.advance(60 * LATE_FROM_MS)
      assert.deepEqual(pushed, ['m0', 'm1', 'm2'])
      ends.get('m1')?.reject(new Error('lost'))
      await settled()
      assert.deepEqual(pushed, ['m0', 'm1', 'm2', 'm3'])
      ends.get('m3')?.resolve()
      await work
    })

    it('while it was fed is asked again after the others', async () => {
      peers.come('b', 'c')
      const receipts: Receipt[] = []
      pace.begin('b', () => true).step(new Promise(() => {}))
      await clock.advance(LATE_FROM_MS)
      const { ends, push } = held(receipts)
      const work = reach(3).rest(receipts, new Map([['b', new Error('late')]]), push)
      await settled()
      assert.deepEqual(pushed, ['c', 'b'])
      for (const end of ends.values()) end.resolve()
      await work
      assert.equal(receipts.length, 2)
    })

    it('with its word counts when it comes before that of the next', async () => {
      peers.come('b', 'c')
      const receipts: Receipt[] = []
      const word = Promise.withResolvers<void>()
      const { dropped, push } = held(receipts)
      const work = reach(2).rest(receipts, new Map(), push, undefined, new Map([['b', word.promise]]))
      await settled()
      assert.deepEqual(pushed, ['c'])
      receipts.push(receipt('b'))
      word.resolve()
      await work
      assert.deepEqual(dropped, ['c'])
    })

    it('ends with the signal at once', async () => {
      peers.come('b')
      const stop = new AbortController()
      const { dropped, push } = held([])
      const work = reach(2).rest([], new Map(), push, stop.signal)
      await settled()
      stop.abort(new Error('enough'))
      await assert.rejects(work, { message: 'enough' })
      assert.deepEqual(dropped, ['b'])
    })
  })

  describe('a member that goes at each push and comes back', () => {
    const real = performance.now.bind(performance)
    let now = 0
    beforeEach(() => {
      now = 0
      performance.now = () => now
    })
    afterEach(() => { performance.now = real })

    /** Each push takes 10 ms; how many there were. Ends by itself at 200, so that a test that fails ends too. */
    async function flapping (progressMs: number, hands: (attempt: number) => boolean): Promise<number> {
      peers.come('b')
      await reach(2, progressMs).rest([], new Map(), async (peer, _signal, onBytes) => {
        pushed.push(peer)
        now += 10
        if (hands(pushed.length)) onBytes()
        peers.go(peer)
        if (pushed.length < 200) setImmediate(() => { peers.come(peer) })
        throw new Error('lost')
      })
      return pushed.length
    }

    it('is given up once the time is over', async () => {
      assert.equal(await flapping(50, () => false), 5)
    })

    it('has more time for what it was handed', async () => {
      assert.equal(await flapping(50, (attempt) => attempt === 3), 8)
    })

    it('has no more time for what it is handed again and again', async () => {
      assert.equal(await flapping(50, () => true), 8)
    })

    it('has its time anew from a receipt of another', async () => {
      const receipts: Receipt[] = []
      peers.come('b')
      await reach(3, 50).rest(receipts, new Map(), async (peer) => {
        pushed.push(peer)
        now += 10
        if (peer === 'c') {
          receipts.push(receipt(peer))
          return
        }
        peers.go(peer)
        if (pushed.length < 200) setImmediate(() => { peers.come(peer, ...(pushed.length === 4 ? ['c'] : [])) })
        throw new Error('lost')
      })
      assert.deepEqual(receipts.map(({ peer }) => peer), ['c'])
      assert.equal(pushed.filter((peer) => peer === 'b').length, 10)
    })
  })
})
