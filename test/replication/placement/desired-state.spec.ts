import assert from 'node:assert/strict'
import { COMING_MS } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'
import { doubtsAbout, dutyOf, NEXT_IN_WALK, NOT_ASKED_MS, type Duty, type DutyOptions } from '../../../src/replication/placement/desired-state.js'
import { group, Scene } from './scene.js'

const G = group(1)

describe('replication: desired state', () => {
  let scene: Scene
  const now = (): number => scene.clock.now()
  const whole = (more: Partial<DutyOptions> = {}): Duty => dutyOf(G, scene.view, scene.book, { now: now(), ...more })
  const duty = (more: Partial<DutyOptions> = {}): Omit<Duty, 'after'> => {
    const { after: _, ...rest } = whole(more)
    return rest
  }
  const say = (peer: string, state: GroupState['state'], more: { percent?: number, doubts?: number } = {}): void => { scene.book.hear(G, peer, { state, percent: 0, ...more }, now()) }
  const all = (state: GroupState['state'], ...peers: string[]): void => { for (const peer of peers) say(peer, state) }
  /** The place of this node in the order a b c d e f g h. */
  const as = (self: string): void => {
    scene = new Scene('a b c d e f g h', self, { origin: -1e10 })
    scene.groups.push(G)
  }

  it('the first `copies` hold without asking, whatever others say', () => {
    for (const self of ['a', 'b', 'c']) {
      as(self)
      all('held', ...'abcdefgh'.split('').filter((peer) => peer !== self))
      assert.deepEqual([duty().hold, duty().ask], ['rank', []])
    }
  })

  it('says how many come before it that would repair as well', () => {
    for (const [self, after] of [['d', 0], ['e', 1]] as const) {
      as(self)
      all('none', ...'abcd'.split('').filter((peer) => peer !== self))
      assert.equal(whole().after, after)
    }
    // who cannot is not waited for
    say('d', 'cannot')
    assert.deepEqual([whole().hold, whole().after], ['repair', 0])
  })

  it('the next two ask those before them, and hold what too few of them have', () => {
    for (const [self, before] of [['d', 'abc'], ['e', 'abcd']] as const) {
      as(self)
      assert.deepEqual(duty(), { hold: 'repair', ask: before.split(''), early: false, known: 0 })
      all('held', 'a', 'b')
      all('none', ...before.slice(2))
      assert.deepEqual(duty(), { hold: 'repair', ask: [], early: false, known: 2 })
      say('c', 'held')
      assert.equal(duty().hold, undefined)
    }
  })

  it('others leave it to those, unless these are away, full, or said that they cannot', () => {
    as('f')
    all('none', 'a', 'b', 'c')
    assert.deepEqual(duty(), { hold: undefined, ask: [], early: false, known: 0 })
    scene.absent.add('d')
    assert.equal(duty().hold, 'repair')
    scene.absent.clear()
    scene.full.add('e')
    assert.equal(duty().hold, 'repair')
    scene.full.clear()
    say('e', 'cannot')
    assert.equal(duty().hold, 'repair')
    all('none', 'd', 'e')
    assert.equal(duty().hold, undefined)
    assert.equal(duty({ next: NEXT_IN_WALK }).hold, 'repair')
  })

  it('who is away, distrusted, leaving, or cannot does not count', () => {
    as('d')
    all('held', 'a', 'b', 'c')
    assert.equal(duty().hold, undefined)
    scene.absent.add('b')
    assert.equal(duty().hold, 'repair')
    scene.absent.clear()
    scene.book.distrust(G, 'b', 'missing')
    assert.equal(duty().hold, 'repair')
    scene.book.trust(G, 'b')
    assert.equal(duty().hold, undefined)
    for (const state of ['leaving', 'cannot', 'none'] as const) {
      say('b', state)
      assert.equal(duty().hold, 'repair', state)
    }
  })

  it('`coming` counts as long as its share grows', async () => {
    as('d')
    all('held', 'a', 'b')
    say('c', 'coming', { percent: 5 })
    assert.equal(duty().hold, undefined)
    await scene.pass(COMING_MS - 1)
    say('c', 'coming', { percent: 5 })
    assert.equal(duty().hold, undefined)
    await scene.pass(1)
    assert.equal(duty().hold, 'repair')
    say('c', 'coming', { percent: 6 })
    assert.equal(duty().hold, undefined)
    await scene.pass(COMING_MS)
    say('c', 'coming', { percent: 3 })
    assert.equal(duty().hold, 'repair')
  })

  it('who was not asked counts for two minutes after the entry came', async () => {
    as('d')
    scene.book.learn(G)
    assert.deepEqual(duty(), { hold: undefined, ask: [], early: true, known: 0 })
    await scene.pass(NOT_ASKED_MS - 1)
    assert.equal(duty().hold, undefined)
    await scene.pass(1)
    assert.deepEqual(duty(), { hold: 'repair', ask: ['a', 'b', 'c'], early: false, known: 0 })
    // one that did not answer counts no more
    as('d')
    scene.book.learn(G)
    scene.book.unanswered(G, 'a', now())
    assert.equal(duty().hold, 'repair')
  })

  it('asks again for answers older than is said, and for none of who is away', async () => {
    as('d')
    all('held', 'a', 'b', 'c')
    await scene.pass(1000)
    say('b', 'held')
    assert.deepEqual(duty({ freshFrom: now() }).ask, ['a', 'c'])
    scene.absent.add('a')
    assert.deepEqual(duty({ freshFrom: now() }).ask, ['c'])
    // what was said last counts meanwhile
    scene.absent.clear()
    assert.equal(duty({ freshFrom: now() }).hold, undefined)
  })

  it('wants as many copies more as members that hold it doubt others, less its own doubts', () => {
    as('d')
    all('held', 'b', 'c')
    say('a', 'held', { doubts: 1 })
    assert.equal(duty().hold, 'repair')
    // the one that was doubted is one that this node does not count itself
    scene.book.distrust(G, 'c', 'wrong')
    assert.equal(duty().hold, 'repair')
    as('e')
    all('held', 'b', 'c', 'd')
    say('a', 'held', { doubts: 1 })
    assert.equal(duty().hold, undefined)
    scene.book.distrust(G, 'c', 'wrong')
    assert.equal(duty().hold, undefined)
    assert.equal(doubtsAbout(G, scene.view, scene.book), 1)
    scene.absent.add('c')
    assert.equal(doubtsAbout(G, scene.view, scene.book), 0)
  })

  it('with no more members than copies, or copies for all, everybody holds', () => {
    scene = new Scene('a b c', 'c')
    assert.equal(duty().hold, 'rank')
    scene = new Scene('a b c d e f g h', 'h')
    assert.equal(dutyOf(group(1, { copies: 0 }), scene.view, scene.book, { now: now() }).hold, 'rank')
  })

  it('who lends nothing is in no order, and holds nothing', () => {
    scene = new Scene('a b c d', 'x')
    assert.equal(duty().hold, undefined)
    scene = new Scene('a b', 'x')
    assert.equal(duty().hold, undefined)
  })

  it('on an island everybody is present: only rank counts', () => {
    as('d')
    all('held', 'a', 'b', 'c')
    scene.absent.add('a')
    scene.island = true
    assert.equal(duty().hold, undefined)
  })

  it('looks further down a long order when its head is away', () => {
    const order = Array.from({ length: 40 }, (_, i) => `n${i}`)
    scene = new Scene(order.join(' '), 'n20')
    scene.view.order = (_slot, least = Infinity) => order.slice(0, least === Infinity ? undefined : least)
    for (const peer of order.slice(0, 19)) scene.absent.add(peer)
    assert.deepEqual(duty(), { hold: 'repair', ask: ['n19'], early: false, known: 0 })
  })
})
