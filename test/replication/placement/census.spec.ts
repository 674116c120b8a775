import assert from 'node:assert/strict'
import { Census } from '../../../src/replication/placement/census.js'
import { FakePort, group, Scene } from './scene.js'

const MINUTE = 60_000

/** The copies of some groups, as one node counts them. */
function counting (order: string, groups: number): { scene: Scene, port: FakePort, census: Census, takes: { me: boolean }, told: boolean[], failed: unknown[] } {
  const scene = new Scene(order, 'me')
  const port = new FakePort()
  for (let id = 1; id <= groups; id++) scene.groups.push(group(id))
  const takes = { me: true }
  const told: boolean[] = []
  const failed: unknown[] = []
  const census = new Census({
    view: scene.view, book: scene.book, port, clock: scene.clock,
    takes: () => takes.me,
    groups: () => scene.groups,
    current: (one) => scene.groups.find(({ id }) => id === one.id),
    periodMs: 60 * MINUTE,
    againMs: MINUTE,
    tellMs: 2 * MINUTE,
    changed: (ok) => { told.push(ok) },
    onError: (error) => { failed.push(error) }
  })
  return { scene, port, census, takes, told, failed }
}

describe('replication: census', () => {
  it('counts what members say that are there, and who failed a proof not', async () => {
    const { scene, port, census } = counting('a b me c', 4)
    const [one, two, three] = scene.groups
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    await scene.book.hold(one)
    await scene.book.hold(two)
    port.states = { a: 'held', b: 'held', c: 'none' }
    scene.book.distrust(two, 'a', 'missing')
    census.start()
    assert.equal(census.at, undefined)
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 3, atRisk: 0, lost: 0 })
    assert.ok(census.at !== undefined)
    // a goes, and b lets go
    scene.absent.add('a')
    port.states = { b: 'leaving', c: 'none' }
    census.turned()
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 0, low: 0, atRisk: 2, lost: 2 })
    port.states = {}
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 0, low: 0, atRisk: 2, lost: 2 })
    census.stop()
  })

  it('asks those further in the order only about what the first ones have too few of', async () => {
    const { scene, port, census } = counting('a b c d e f g me', 1)
    port.states = { a: 'held', b: 'none', c: 'none', d: 'none', e: 'held', f: 'held', g: 'none' }
    census.start()
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 0, atRisk: 0, lost: 0 })
    assert.deepEqual(port.asked.map((text) => text.split(' ')[1]), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    port.asked.length = 0
    port.states = { a: 'held', b: 'held', c: 'held' }
    census.turned()
    await scene.pass(MINUTE)
    assert.deepEqual(port.asked.map((text) => text.split(' ')[1]), ['a', 'b', 'c', 'd', 'e'])
    // nothing is asked again before its time
    port.asked.length = 0
    await scene.pass(10 * MINUTE)
    assert.deepEqual(port.asked, [])
    await scene.pass(60 * MINUTE)
    assert.equal(port.asked.length, 5)
    census.stop()
  })

  it('tells when some have too few for a while, and when none has any more; new ones are counted soon', async () => {
    const { scene, port, census, told } = counting('a b c me', 2)
    port.states = { a: 'held', b: 'held', c: 'coming' }
    census.start()
    await scene.pass(MINUTE)
    assert.deepEqual([census.copies.low, told], [2, []])
    await scene.pass(2 * MINUTE)
    assert.deepEqual(told, [false])
    await scene.pass(5 * MINUTE)
    assert.deepEqual(told, [false])
    port.states = { a: 'held', b: 'held', c: 'held' }
    await scene.pass(MINUTE)
    assert.deepEqual([census.copies, told], [{ ok: 2, low: 0, atRisk: 0, lost: 0 }, [false, true]])
    const fresh = group(3)
    scene.groups.push(fresh)
    census.learn(fresh)
    await scene.pass(MINUTE)
    assert.equal(census.copies.ok, 3)
    // one that is dead is not counted any more
    port.states = { a: 'held' }
    census.learn(fresh)
    await scene.pass(MINUTE)
    scene.groups.length = 0
    await scene.pass(MINUTE)
    assert.equal(census.copies.atRisk, 0)
    census.stop()
  })

  it('counts a version once, whatever comes again: after a count, during one, while it has too few copies, and after it died', async () => {
    const { scene, port, census } = counting('a b me', 2)
    const [one, two] = scene.groups
    assert.ok(one !== undefined && two !== undefined)
    await scene.book.hold(one)
    port.states = { a: 'held', b: 'held' }
    census.start()
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 1, atRisk: 0, lost: 0 })
    // moved, restored, moved
    for (let again = 0; again < 3; again++) {
      for (const known of scene.groups) census.learn(known)
      await scene.pass(MINUTE)
      assert.deepEqual(census.copies, { ok: 1, low: 1, atRisk: 0, lost: 0 })
    }
    // one that comes while all is counted is seen by that count, and then once more
    const third = group(3)
    const have = port.have
    port.have = async (...call) => {
      census.learn(third)
      return have(...call)
    }
    scene.groups.push(third)
    census.turned()
    await scene.pass(MINUTE)
    port.have = have
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 2, atRisk: 0, lost: 0 })
    scene.groups.pop()
    census.learn(third)
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 1, atRisk: 0, lost: 0 })
    scene.groups.push(third)
    census.learn(third)
    await scene.pass(MINUTE)
    assert.deepEqual(census.copies, { ok: 1, low: 2, atRisk: 0, lost: 0 })
    census.stop()
  })

  it('says of how many nobody that is here can take one more copy', async () => {
    const { scene, port, census, takes } = counting('a b c me', 2)
    const stuck = async (states: FakePort['states'], me: boolean): Promise<number> => {
      port.states = states
      takes.me = me
      census.turned()
      await scene.pass(MINUTE)
      return census.stuck
    }
    census.start()
    assert.equal(await stuck({ a: 'held', b: 'cannot', c: 'cannot' }, false), 2)
    assert.equal(await stuck({ a: 'held', b: 'cannot', c: 'cannot' }, true), 0)
    assert.equal(await stuck({ a: 'held', b: 'cannot', c: 'none' }, false), 0)
    // one that did not answer may have room, and what nobody has wants no room
    assert.equal(await stuck({ a: 'held', b: 'cannot' }, false), 0)
    assert.equal(await stuck({ a: 'cannot', b: 'cannot', c: 'cannot' }, false), 0)
    assert.equal(await stuck({ a: 'held', b: 'held', c: 'held' }, false), 0)
    census.stop()
  })

  it('goes on after a look that failed', async () => {
    const { scene, port, census, failed } = counting('a b c me', 1)
    port.states = { a: 'held', b: 'held', c: 'held' }
    const groups = scene.groups.splice(0)
    Object.defineProperty(scene.groups, Symbol.iterator, { configurable: true, value: () => { throw new Error('no disk') } })
    census.start()
    await scene.pass(MINUTE)
    assert.match(String(failed), /no disk/)
    Object.defineProperty(scene.groups, Symbol.iterator, { value: () => groups[Symbol.iterator]() })
    await scene.pass(MINUTE)
    assert.equal(census.copies.ok, 1)
    census.stop()
  })
})
