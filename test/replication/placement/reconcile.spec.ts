import assert from 'node:assert/strict'
import { NOT_ASKED_MS } from '../../../src/replication/placement/desired-state.js'
import { FETCH_AGAIN_MIN_MS, FETCHES_AT_ONCE } from '../../../src/replication/placement/fetch-queue.js'
import { GATHER_MS } from '../../../src/replication/placement/state-query-batcher.js'
import { Reconcile, REPAIR_SHARE } from '../../../src/replication/placement/reconcile.js'
import { DailyScan, WALK_MS } from '../../../src/replication/placement/daily-scan.js'
import type { PlacedVersion } from '../../../src/replication/placement/types.js'
import { FakePort, group, Scene, settled } from './scene.js'

const HOUR = 3600e3
const MINUTE = 60_000

describe('replication: reconcile', () => {
  let scene: Scene
  let port: FakePort
  let reconcile: Reconcile
  /** Fetches that were begun, and what ends them. */
  let fetches: Array<{ id: number, end: (error?: Error) => Promise<void> }>

  function start (self: string, groups: PlacedVersion[] = [group(1)], order = 'a b c d e f g h'): void {
    scene = new Scene(order, self, { origin: -1e12 })
    port = new FakePort()
    fetches = []
    scene.groups.push(...groups)
    reconcile = new Reconcile({
      view: scene.view,
      book: scene.book,
      port,
      clock: scene.clock,
      random: () => 0.5,
      offlineGraceMs: HOUR,
      fetch: async (of) => {
        const { promise, resolve, reject } = Promise.withResolvers<undefined>()
        fetches.push({
          id: of.id,
          end: async (error) => {
            if (error === undefined) resolve(undefined)
            else reject(error)
            await settled()
          }
        })
        await promise
        await scene.book.hold(of)
      }
    })
  }

  const begun = (): number[] => fetches.map(({ id }) => id)
  const have = (id = 1): string => scene.book.own(group(id)).have
  const mark = async (slot = 1, reason: 'entry' | 'member' | 'walk' = 'entry'): Promise<void> => {
    reconcile.mark(slot, reason)
    await scene.pass(1)
  }

  it('fetches at once what it ranks for, and holds it', async () => {
    start('b')
    await mark()
    assert.deepEqual([begun(), have()], [[1], 'coming'])
    await fetches[0]!.end()
    assert.equal(have(), 'held')
    assert.deepEqual(port.asked, [])
  })

  it('fetches two at a time, those with fewest known copies first', async () => {
    start('b', [group(1), group(2), group(3), group(4)])
    for (const id of [1, 2, 3, 4]) scene.book.hear(group(id), 'a', { state: id === 4 ? 'none' : 'held' }, 0)
    for (const id of [1, 2, 3, 4]) reconcile.mark(id, 'entry')
    await scene.pass(1)
    assert.equal(fetches.length, FETCHES_AT_ONCE)
    await fetches[0]!.end()
    assert.deepEqual(begun().slice(2), [4])
  })

  it('asks those before it, waits its time, asks again, and repairs', async () => {
    start('d')
    port.states = { a: 'held', b: 'held', c: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.deepEqual(port.asked, ['have a 1', 'have b 1', 'have c 1'])
    await scene.pass(HOUR / REPAIR_SHARE / 4 - MINUTE)
    assert.deepEqual(begun(), [])
    await scene.pass(MINUTE + GATHER_MS)
    assert.equal(port.asked.length, 6)
    assert.deepEqual(begun(), [1])
  })

  it('waits longer where another before it would do it too', async () => {
    start('e')
    port.states = { a: 'held', b: 'held', c: 'none', d: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    // the time of the one before it is over then
    await scene.pass(HOUR / REPAIR_SHARE * 3 / 4 - MINUTE)
    assert.deepEqual(begun(), [])
    await scene.pass(MINUTE + GATHER_MS)
    assert.deepEqual(begun(), [1])
  })

  it('leaves it when another was quicker, or the one that was away is back', async () => {
    start('e')
    port.states = { a: 'held', b: 'held', c: 'none', d: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.equal(reconcile.busy.repairs, 1)
    port.states.d = 'coming'
    await scene.pass(HOUR / REPAIR_SHARE)
    assert.deepEqual([begun(), reconcile.busy.repairs], [[], 0])
    port.states.d = 'none'
    await scene.pass(HOUR)
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.equal(reconcile.busy.repairs, 1)
    scene.book.hear(group(1), 'c', { state: 'held' }, scene.clock.now())
    await mark(1, 'member')
    assert.equal(reconcile.busy.repairs, 0)
  })

  it('does not wait with the last copy', async () => {
    start('d')
    port.states = { a: 'held', b: 'none', c: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.deepEqual(begun(), [1])
  })

  it('of a new entry it asks after two minutes only', async () => {
    start('d')
    port.states = { a: 'held', b: 'held', c: 'coming' }
    scene.book.learn(group(1))
    await mark()
    await scene.pass(NOT_ASKED_MS - MINUTE)
    assert.deepEqual(port.asked, [])
    await scene.pass(MINUTE + GATHER_MS)
    assert.deepEqual(port.asked, ['have a 1', 'have b 1', 'have c 1'])
    assert.deepEqual(begun(), [])
  })

  it('on an island it repairs nothing, and pulls what it ranks for', async () => {
    start('d', [group(1)])
    port.states = { a: 'held', b: 'none', c: 'none' }
    scene.island = true
    await mark(1, 'member')
    await scene.pass(HOUR)
    assert.deepEqual(begun(), [])
    start('a')
    scene.island = true
    await mark()
    assert.deepEqual(begun(), [1])
  })

  it('a copy that is not its to hold is spare, and no more when it is again', async () => {
    start('d')
    port.states = { a: 'held', b: 'held', c: 'held' }
    await scene.book.hold(group(1))
    const spare = (): boolean => scene.book.own(group(1)).spareSince !== undefined
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.equal(spare(), true)
    scene.absent.add('b')
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.equal(spare(), false)
  })

  it('what was put away stays away', async () => {
    start('a')
    await scene.book.hold(group(1))
    await scene.book.leave(group(1))
    scene.book.putAway(group(1))
    await mark()
    assert.deepEqual([begun(), have()], [[], 'none'])
  })

  it('tries again what could not be fetched, later and later', async () => {
    start('a')
    await mark()
    await fetches[0]!.end(new Error('nobody has it'))
    assert.equal(have(), 'none')
    await scene.pass(FETCH_AGAIN_MIN_MS - 1000)
    await mark()
    assert.equal(fetches.length, 1)
    await scene.pass(1000)
    assert.equal(fetches.length, 2)
    await fetches[1]!.end(new Error('nobody has it'))
    await scene.pass(FETCH_AGAIN_MIN_MS)
    assert.equal(fetches.length, 2)
    await scene.pass(FETCH_AGAIN_MIN_MS)
    assert.equal(fetches.length, 3)
  })

  it('gives up what waits when it is not its to hold any more; what has begun goes on', async () => {
    const groups = [1, 2, 3].map((id) => group(id))
    start('c', groups)
    for (const { slot } of groups) reconcile.mark(slot, 'entry')
    await scene.pass(1)
    assert.deepEqual([begun(), have(3)], [[1, 2], 'coming'])
    scene.order = 'a b x y z c'.split(' ')
    for (const { slot } of groups) {
      for (const peer of ['a', 'b', 'x']) scene.book.hear(group(slot), peer, { state: 'held' }, scene.clock.now())
      await mark(slot, 'member')
    }
    assert.equal(have(3), 'none')
    await fetches[0]!.end()
    assert.deepEqual([begun(), have(1)], [[1, 2], 'held'])
  })

  it('finds in the walk what all of the next ones cannot hold', async () => {
    start('g')
    port.states = { a: 'none', b: 'none', c: 'held', d: 'none', e: 'none', f: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    assert.deepEqual(begun(), [])
    await mark(1, 'walk')
    await scene.pass(GATHER_MS)
    // many look at it: each waits its time, although there is one copy left
    assert.deepEqual(begun(), [])
    await scene.pass(HOUR / REPAIR_SHARE)
    assert.deepEqual(begun(), [1])
  })

  it('stops', async () => {
    start('d')
    port.states = { a: 'held', b: 'held', c: 'none' }
    await mark(1, 'member')
    await scene.pass(GATHER_MS)
    reconcile.stop()
    await mark()
    await scene.pass(HOUR)
    assert.deepEqual([begun(), port.asked.length], [[], 3])
  })

  it('walks around all slots once a day, from anywhere', async () => {
    start('a')
    const seen = new Map<number, number>()
    const walk = new DailyScan(scene.clock, () => 0.3, (from, to) => Array.from({ length: to - from }, (_, i) => from + i), (slot) => { seen.set(slot, (seen.get(slot) ?? 0) + 1) })
    walk.start()
    await scene.pass(WALK_MS)
    assert.equal(seen.size, 65_536)
    assert.ok([...seen.values()].every((times) => times === 1))
    walk.stop()
    await scene.pass(WALK_MS)
    assert.ok([...seen.values()].every((times) => times === 1))
  })
})
