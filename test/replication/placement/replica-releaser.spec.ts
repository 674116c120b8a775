import assert from 'node:assert/strict'
import { PROMISE_MS } from '../../../protocols/audit/constants.js'
import { LEAVING_AT_ONCE, ReplicaReleaser, LOOK_MS, PROMISES_WITHIN_MS, RETRY_MAX_MS, RETRY_MIN_MS, type ReplicaReleaserParts } from '../../../src/replication/placement/replica-releaser.js'
import type { PlacedVersion } from '../../../src/replication/placement/types.js'
import { FakePort, group, Scene, settled } from './scene.js'

const G = group(1)
const HOUR = 3600e3

describe('replication: letting go', () => {
  let scene: Scene
  let port: FakePort
  let released: PlacedVersion[]
  let doubted: string[]
  let pressed: boolean

  const letGo = (more: Partial<ReplicaReleaserParts> = {}): ReplicaReleaser => new ReplicaReleaser({
    view: scene.view,
    book: scene.book,
    port,
    clock: scene.clock,
    random: () => 0.5,
    letGoAfterMs: 10 * HOUR,
    pressed: () => pressed,
    doubt: (_group, peer) => { doubted.push(peer) },
    released: (one) => { released.push(one) },
    ...more
  })
  const have = (): string => scene.book.own(G).have

  /** Everybody else holds it, promises and proves. */
  async function start (order = 'a b c d e', self = 'e', more: ConstructorParameters<typeof Scene>[2] = {}): Promise<void> {
    scene = new Scene(order, self, { origin: -1e12, ...more })
    scene.groups.push(G)
    port = new FakePort()
    released = []
    doubted = []
    pressed = false
    for (const peer of scene.order) {
      port.states[peer] = 'held'
      port.promises[peer] = 'YES'
      port.verdicts[peer] = 'PROVED'
    }
    const holding = scene.book.hold(G)
    await scene.pass(10)
    await holding
  }

  beforeEach(async () => { await start() })

  it('releases with promises of as many others as there are to be copies, each proved after it', async () => {
    assert.equal(await letGo().letGo(G), 'released')
    assert.equal(have(), 'none')
    assert.deepEqual(released, [G])
    assert.deepEqual(port.asked.filter((one) => !one.startsWith('have')), ['keep a', 'prove a 4', 'keep b', 'prove b 4', 'keep c', 'prove c 4'])
  })

  it('bothers nobody with promises while too few say that they hold it', async () => {
    port.states = { a: 'held', b: 'held', c: 'coming', d: 'leaving' }
    assert.equal(await letGo().letGo(G), 'too few holders')
    assert.equal(have(), 'held')
    assert.equal(port.asked.some((one) => one.startsWith('keep')), false)
  })

  it('of machines of one operator, or of none, it wants as many promises all the same', async () => {
    for (const operator of ['ana', '']) {
      for (const [answer, outcome] of [['LEAVING', 'too few promises'], ['YES', 'released']] as const) {
        await start('a b c e')
        for (const peer of scene.order) scene.operators.set(peer, operator)
        port.promises.c = answer
        assert.equal(await letGo().letGo(G), outcome)
        assert.equal(have(), outcome === 'released' ? 'none' : 'held')
      }
    }
  })

  for (const [name, change] of [
    ['one does not promise', () => { port.promises.b = 'NOT_HELD' }],
    ['one is leaving itself', () => { port.promises.b = 'LEAVING' }],
    ['one has promised too much', () => { port.promises.b = 'TOO_MANY' }],
    ['one is not reached', () => { delete port.promises.b }],
    ['one goes away after its promise', () => { delete port.verdicts.b }],
    ['one promises and cannot prove', () => { port.verdicts.b = 'NOT_HELD' }],
    ['one proves other bytes', () => { port.verdicts.b = 'DIFFERENT' }],
    ['one could not read', () => { port.verdicts.b = 'FAILED' }]
  ] as const) {
    it(`${name}: the next one makes up for it, and without a next one it stays`, async () => {
      change()
      assert.equal(await letGo().letGo(G), 'released')
      await start('a b c e')
      change()
      assert.equal(await letGo().letGo(G), 'too few promises')
      assert.equal(have(), 'held')
      assert.deepEqual(released, [])
      assert.equal(doubted.length > 0, ['one promises and cannot prove', 'one proves other bytes', 'one could not read'].includes(name))
    })
  }

  it('does not count who is distrusted or away, nor proofs it has nothing to compare with', async () => {
    scene.book.distrust(G, 'a', 'missing')
    scene.absent.add('b')
    assert.equal(await letGo().letGo(G), 'too few holders')
    await start()
    port.blind = true
    assert.equal(await letGo().letGo(G), 'too few promises')
  })

  it('is leaving while it asks: it promises nothing itself then, and a promise keeps it from leaving', async () => {
    const seen: string[] = []
    const { keep } = port
    port.keep = async (peer, of) => {
      seen.push(have(), await scene.book.promise(G, 'x'))
      return keep(peer, of)
    }
    assert.equal(await letGo().letGo(G), 'released')
    assert.deepEqual(seen.slice(0, 2), ['leaving', 'LEAVING'])
    await start()
    assert.equal(await scene.book.promise(G, 'x'), 'YES')
    assert.equal(await letGo().letGo(G), 'promised')
    assert.equal(have(), 'held')
    await scene.pass(PROMISE_MS)
    assert.equal(await letGo().letGo(G), 'released')
  })

  it('two that leave at once get no promise of each other', async () => {
    // c and d hold it besides two others: both asked at the same time, at most one may go
    const other = new Scene('a b c d e', 'd')
    other.groups.push(G)
    await other.book.hold(G)
    port.keep = async (peer) => peer === 'd' ? other.book.promise(G, 'e') : 'YES'
    const theirs = new FakePort()
    Object.assign(theirs, { states: port.states, promises: port.promises, verdicts: port.verdicts })
    theirs.keep = async (peer) => peer === 'e' ? scene.book.promise(G, 'd') : 'YES'
    port.promises.c = 'NOT_HELD'
    scene.order = ['a', 'b', 'd', 'e']
    other.order = ['a', 'b', 'd', 'e']
    const outcomes = await Promise.all([letGo().letGo(G), letGo({ view: other.view, book: other.book, port: theirs, clock: other.clock }).letGo(G)])
    assert.ok(outcomes.filter((one) => one === 'released').length <= 1, outcomes.join())
  })

  it('promises that took too long to get are not all promises any more', async () => {
    const { keep } = port
    port.keep = async (peer, of) => {
      if (peer === 'c') await scene.time.sleep(PROMISES_WITHIN_MS + 1)
      return keep(peer, of)
    }
    const going = letGo().letGo(G)
    await settled()
    await scene.pass(PROMISES_WITHIN_MS + 2)
    // a and b are too old when c and d have promised
    assert.equal(await going, 'too few promises')
    assert.equal(have(), 'held')
  })

  it('looks at the age of its promises in the transaction', async () => {
    let slow = false
    const late: { scene?: Scene } = {}
    await start('a b c d e', 'e', {
      commit: async (apply) => {
        if (slow) await late.scene?.time.sleep(2 * PROMISES_WITHIN_MS)
        return apply()
      }
    })
    late.scene = scene
    const { prove } = port
    port.prove = async (peer, of, count) => {
      slow = peer === 'c'
      return prove(peer, of, count)
    }
    const going = letGo().letGo(G)
    await settled()
    await scene.pass(5 * PROMISES_WITHIN_MS)
    assert.equal(await going, 'too few promises')
    assert.equal(have(), 'held')
  })

  it('asks for as many operators as the head of the order has', async () => {
    for (const [peer, operator] of [['a', 'ana'], ['b', 'ben'], ['c', 'çem'], ['d', 'ana']] as const) scene.operators.set(peer, operator)
    delete port.promises.c
    assert.equal(await letGo().letGo(G), 'too few promises')
    port.promises.c = 'YES'
    assert.equal(await letGo().letGo(G), 'released')
    // where there are only two, two are enough; one that was caught is none
    await start()
    for (const [peer, operator] of [['a', 'ana'], ['b', 'ben'], ['c', 'çem'], ['d', 'ana']] as const) scene.operators.set(peer, operator)
    scene.order.push('f')
    scene.operators.set('f', 'ben')
    port.states.f = 'held'
    port.promises.f = 'YES'
    port.verdicts.f = 'PROVED'
    scene.book.distrust(G, 'c', 'wrong')
    assert.equal(await letGo().letGo(G), 'released')
  })

  it('with no more than `copies` members nothing is ever let go', async () => {
    await start('a b e')
    assert.equal(await letGo().letGo(G), 'too few members')
    await start('a b c', 'x')
    assert.equal(await letGo().letGo(G), 'released')
    await start('a b', 'x')
    assert.equal(await letGo().letGo(G), 'too few members')
    await start()
    assert.equal(await letGo().letGo(group(1, { copies: 0 })), 'too few members')
  })

  it('a book made anew lets nothing go for an hour: it may have promised', async () => {
    await start('a b c d e', 'e', { youngMs: PROMISE_MS })
    assert.equal(await letGo().letGo(G), 'promised')
    await scene.pass(PROMISE_MS)
    assert.equal(await letGo().letGo(G), 'released')
  })

  describe('by itself', () => {
    const spare = (): void => { scene.book.spare(G, true, scene.clock.now()) }

    it('lets go of what has been spare for its time', async () => {
      letGo().start()
      spare()
      await scene.pass(10 * HOUR - LOOK_MS)
      assert.equal(have(), 'held')
      await scene.pass(2 * LOOK_MS)
      assert.equal(have(), 'none')
    })

    it('of nothing that became its own to hold again meanwhile', async () => {
      letGo().start()
      spare()
      await scene.pass(9 * HOUR)
      scene.book.spare(G, false, scene.clock.now())
      spare()
      await scene.pass(9 * HOUR)
      assert.equal(have(), 'held')
    })

    it('at once when room is short, and not on an island', async () => {
      letGo().start()
      spare()
      pressed = true
      scene.island = true
      await scene.pass(HOUR)
      assert.equal(have(), 'held')
      scene.island = false
      await scene.pass(2 * LOOK_MS)
      assert.equal(have(), 'none')
    })

    it('one that went makes way for the next: many go at one look, and never more at once than that', async () => {
      const more = Array.from({ length: 5 * LEAVING_AT_ONCE }, (_, i) => group(100 + i))
      for (const one of more) {
        scene.groups.push(one)
        const holding = scene.book.hold(one)
        await scene.pass(10)
        await holding
        scene.book.spare(one, true, scene.clock.now())
      }
      let most = 0
      const leaving = (): number => more.filter((one) => scene.book.own(one).have === 'leaving').length
      pressed = true
      letGo({ released: (one) => { released.push(one); most = Math.max(most, leaving()) } }).start()
      await scene.pass(LOOK_MS + RETRY_MIN_MS / 2)
      assert.equal(released.length, more.length)
      assert.ok(most <= LEAVING_AT_ONCE, String(most))
    })

    it('one that stays does not: a look is no more than so many attempts', async () => {
      const more = Array.from({ length: 5 * LEAVING_AT_ONCE }, (_, i) => group(100 + i))
      for (const one of more) {
        scene.groups.push(one)
        const holding = scene.book.hold(one)
        await scene.pass(10)
        await holding
        scene.book.spare(one, true, scene.clock.now())
      }
      pressed = true
      port.promises = {}
      letGo().start()
      await scene.pass(LOOK_MS + RETRY_MIN_MS / 2)
      assert.equal(port.asked.filter((one) => one === 'keep a').length, LEAVING_AT_ONCE)
      assert.equal(released.length, 0)
    })

    it('tries again after 1 to 10 minutes, and later and later', async () => {
      pressed = true
      spare()
      port.promises = {}
      letGo().start()
      await scene.pass(LOOK_MS + RETRY_MIN_MS / 2)
      const attempts = (): number => port.asked.filter((one) => one === 'keep a').length
      assert.equal(attempts(), 1)
      await scene.pass(RETRY_MAX_MS + LOOK_MS)
      assert.equal(attempts(), 2)
      await scene.pass(24 * HOUR)
      assert.ok(attempts() < 14, String(attempts()))
      port.promises = { a: 'YES', b: 'YES', c: 'YES' }
      await scene.pass(7 * HOUR)
      assert.equal(have(), 'none')
    })
  })
})
