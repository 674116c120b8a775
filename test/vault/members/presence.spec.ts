import assert from 'node:assert/strict'
import { Presence } from '../../../src/vault/members/presence.js'
import { FakeClock } from '../../network/fake-clock.js'

const MINUTE_MS = 60e3
const HOUR_MS = 3600e3
const SELF = 'self'

interface World {
  presence: Presence
  members: string[]
  now: () => number
  /** Time passes while the machine is awake; those in `signing` are heard every five minutes. */
  pass: (ms: number, signing?: string[]) => Promise<void>
  /** Time passes in which nothing runs. */
  sleep: (ms: number) => void
}

describe('presence', () => {
  const open: Presence[] = []
  afterEach(() => { for (const presence of open.splice(0)) presence.stop() })

  function world (others: string[], { offlineGraceMs, synced = true }: { offlineGraceMs?: number, synced?: boolean } = {}): World {
    const clock = new FakeClock()
    let slept = 0
    const now = (): number => clock.now() + slept
    const members = [SELF, ...others]
    const presence = new Presence({ self: SELF, members: () => members, clock: { now, after: clock.after }, ...(offlineGraceMs === undefined ? {} : { offlineGraceMs }) })
    open.push(presence)
    presence.start()
    if (synced) presence.synced('link')
    let n = 0
    return {
      presence, members, now,
      pass: async (ms, signing = []) => {
        for (let left = ms; left > 0; left -= 5 * MINUTE_MS) {
          n++
          for (const peer of signing) presence.heard(peer, { life: 1, n })
          await clock.advance(Math.min(left, 5 * MINUTE_MS))
        }
      },
      sleep: (ms) => { slept += ms }
    }
  }
  const presentOf = ({ presence, members }: World): string[] => members.filter((peer) => presence.present(peer))

  const islandOf = ({ presence }: World): { since: number } | undefined => presence.island

  it('after a start all are present for one offlineGrace, this node always', async () => {
    const one = world(['a', 'b'])
    await one.pass(HOUR_MS - 1)
    assert.deepEqual(presentOf(one), [SELF, 'a', 'b'])
    await one.pass(1)
    assert.deepEqual(presentOf(one), [SELF])
  })

  it('who was heard is present for one offlineGrace more', async () => {
    const one = world(['a', 'b'])
    await one.pass(30 * MINUTE_MS)
    one.presence.heard('a', { life: 1, n: 1 })
    await one.pass(HOUR_MS - 1)
    assert.deepEqual(presentOf(one), [SELF, 'a'])
    await one.pass(1)
    assert.deepEqual(presentOf(one), [SELF])
    one.presence.heard('b', { life: 1, n: 5 })
    assert.deepEqual(presentOf(one), [SELF, 'b'])
  })

  it('only a higher (life, n) counts', async () => {
    const one = world(['a'])
    one.presence.heard('a', { life: 2, n: 5 })
    await one.pass(HOUR_MS)
    for (const old of [{ life: 2, n: 5 }, { life: 2, n: 4 }, { life: 1, n: 900 }]) one.presence.heard('a', old)
    assert.equal(one.presence.present('a'), false)
    one.presence.heard('a', { life: 3, n: 1 })
    assert.equal(one.presence.present('a'), true)
  })

  it('says when it last heard of somebody', async () => {
    const one = world(['a', 'b'])
    await one.pass(MINUTE_MS)
    one.presence.heard('a', { life: 1, n: 1 })
    const at = one.now()
    await one.pass(2 * HOUR_MS)
    assert.deepEqual([one.presence.lastSeen('a'), one.presence.lastSeen('b')], [at, undefined])
  })

  it('nobody becomes absent while this node has no link, or has not finished a sync', async () => {
    const one = world(['a'], { synced: false })
    await one.pass(5 * HOUR_MS)
    assert.equal(one.presence.present('a'), true)
    one.presence.synced('a')
    await one.pass(50 * MINUTE_MS)
    one.presence.closed('a')
    await one.pass(5 * HOUR_MS)
    assert.equal(one.presence.present('a'), true)
    one.presence.synced('b')
    await one.pass(10 * MINUTE_MS - 1)
    assert.equal(one.presence.present('a'), true)
    await one.pass(1)
    assert.equal(one.presence.present('a'), false)
  })

  it('one link of several is enough', async () => {
    const one = world(['a'])
    one.presence.synced('b')
    one.presence.closed('b')
    await one.pass(HOUR_MS)
    assert.equal(one.presence.present('a'), false)
  })

  it('a laptop that slept does not think that the world died', async () => {
    const one = world(['a', 'b', 'c', 'd'])
    await one.pass(HOUR_MS, ['a', 'b', 'c', 'd'])
    one.sleep(8 * HOUR_MS)
    assert.deepEqual(presentOf(one), one.members)
    assert.equal(islandOf(one), undefined)
    await one.pass(50 * MINUTE_MS)
    assert.deepEqual(presentOf(one), one.members)
    for (let i = 0; i < 10; i++) {
      one.sleep(5 * MINUTE_MS)
      await one.pass(10_000)
    }
    assert.deepEqual(presentOf(one), one.members)
    await one.pass(10 * MINUTE_MS)
    assert.deepEqual(presentOf(one), [SELF])
  })

  it('a short offlineGrace works the same', async () => {
    const one = world(['a'], { offlineGraceMs: MINUTE_MS })
    await one.pass(MINUTE_MS - 1)
    assert.equal(one.presence.present('a'), true)
    one.sleep(MINUTE_MS)
    assert.equal(one.presence.present('a'), true)
    await one.pass(1)
    assert.equal(one.presence.present('a'), false)
  })

  it('a member that joins later is present when it was heard, and forgotten when it is dropped', async () => {
    const one = world(['a'])
    await one.pass(2 * HOUR_MS, ['a'])
    one.members.push('b')
    assert.equal(one.presence.present('b'), false)
    one.presence.heard('b', { life: 1, n: 1 })
    assert.equal(one.presence.present('b'), true)
    one.presence.drop('b')
    assert.deepEqual([one.presence.present('b'), one.presence.lastSeen('b')], [false, undefined])
  })

  describe('an island', () => {
    it('is a node that finds fewer than half of those present an hour ago', async () => {
      const one = world(['a', 'b', 'c', 'd'])
      await one.pass(2 * HOUR_MS, ['a', 'b', 'c', 'd'])
      await one.pass(50 * MINUTE_MS, ['a'])
      assert.equal(islandOf(one), undefined)
      await one.pass(5 * MINUTE_MS, ['a'])
      const since = islandOf(one)?.since
      assert.ok(since !== undefined && since <= one.now() && since > one.now() - 5 * MINUTE_MS)
      assert.deepEqual(presentOf(one), [SELF, 'a'])
      assert.deepEqual(one.members.map((peer) => one.presence.counts(peer)), [true, true, true, true, true])
      await one.pass(3 * HOUR_MS, ['a'])
      assert.deepEqual(islandOf(one), { since })
    })

    it('is none with half of them', async () => {
      const one = world(['a', 'b', 'c'])
      await one.pass(2 * HOUR_MS, ['a', 'b', 'c'])
      await one.pass(3 * HOUR_MS, ['a'])
      assert.deepEqual(presentOf(one), [SELF, 'a'])
      assert.equal(islandOf(one), undefined)
      assert.equal(one.presence.counts('b'), false)
    })

    it('is none in a vault of three', async () => {
      const one = world(['a', 'b'])
      await one.pass(3 * HOUR_MS)
      assert.deepEqual(presentOf(one), [SELF])
      assert.equal(islandOf(one), undefined)
    })

    it('is none when members go one by one over hours', async () => {
      const one = world(['a', 'b', 'c', 'd', 'e'])
      let there = ['a', 'b', 'c', 'd', 'e']
      for (; there.length > 0; there = there.slice(1)) {
        await one.pass(3 * HOUR_MS, there)
        assert.equal(islandOf(one), undefined)
      }
    })

    it('is one after a start among those who are all away', async () => {
      const one = world(['a', 'b', 'c'])
      await one.pass(HOUR_MS)
      assert.notEqual(islandOf(one), undefined)
    })

    it('ends when half of those who were there are back', async () => {
      const one = world(['a', 'b', 'c', 'd'])
      await one.pass(5 * HOUR_MS, [])
      assert.notEqual(islandOf(one), undefined)
      one.presence.heard('a', { life: 9, n: 1 })
      assert.notEqual(islandOf(one), undefined)
      one.presence.heard('b', { life: 9, n: 1 })
      assert.equal(islandOf(one), undefined)
    })

    it('ends after 24 hours that count, and is not found again', async () => {
      const one = world(['a', 'b', 'c', 'd'])
      await one.pass(HOUR_MS)
      assert.notEqual(islandOf(one), undefined)
      one.presence.closed('link')
      await one.pass(30 * HOUR_MS)
      one.presence.synced('link')
      await one.pass(24 * HOUR_MS - MINUTE_MS)
      assert.notEqual(islandOf(one), undefined)
      await one.pass(MINUTE_MS)
      assert.equal(islandOf(one), undefined)
      await one.pass(3 * HOUR_MS)
      assert.equal(islandOf(one), undefined)
      assert.equal(one.presence.counts('a'), false)
    })

    it('does not miss who was revoked', async () => {
      const one = world(['a', 'b', 'c', 'd', 'e', 'f'])
      await one.pass(2 * HOUR_MS, ['a', 'b', 'c', 'd', 'e', 'f'])
      one.members.splice(4, 3)
      await one.pass(2 * HOUR_MS, ['a'])
      assert.deepEqual(presentOf(one), [SELF, 'a'])
      assert.equal(islandOf(one), undefined)
    })
  })
})
