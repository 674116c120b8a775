import assert from 'node:assert/strict'
import { ReconnectQueue, RECONNECT_ROUND_MS } from '../../src/network/reconnect-queue.js'
import type { ReconnectQueueInit } from '../../src/network/reconnect-queue.js'
import { FakeClock, settle } from './fake-clock.js'

const PEER = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'
const OTHER = '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'
const ADDRESS = `/ip4/192.0.2.1/tcp/14040/p2p/${PEER}`

interface Rig { clock: FakeClock, reconnector: ReconnectQueue, dials: Array<{ peer: string, addresses: string[], at: number }>, connected: Set<string>, up: boolean }

function rig (init: Partial<ReconnectQueueInit> = {}): Rig {
  const clock = new FakeClock()
  const start = clock.now()
  const it: Rig = {
    clock,
    dials: [],
    connected: new Set(),
    up: false,
    reconnector: new ReconnectQueue({
      clock,
      random: () => 1,
      self: 'self',
      connected: (peer) => it.connected.has(peer),
      dial: async (peer, addresses) => {
        it.dials.push({ peer, addresses: addresses.map(String), at: clock.now() - start })
        if (!it.up) throw new Error('unreachable')
        it.connected.add(peer)
        it.reconnector.opened(peer)
      },
      ...init
    })
  }
  return it
}

describe('reconnect', () => {
  it('dials at once, then doubles the pause up to a minute', async () => {
    const { reconnector, dials, clock } = rig()
    reconnector.keep(() => [ADDRESS])
    await clock.advance(200_000)
    reconnector.stop()
    const pauses = dials.slice(1).map(({ at }, i) => at - (dials[i]?.at ?? 0))
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('shortens each pause by up to half by chance', async () => {
    const { reconnector, dials, clock } = rig({ random: () => 0 })
    reconnector.keep(() => [ADDRESS])
    await clock.advance(3_500)
    reconnector.stop()
    assert.deepEqual(dials.map(({ at }) => at), [0, 500, 1_500, 3_500])
  })

  it('tries all addresses of a peer in one dial, and peers apart', async () => {
    const { reconnector, dials, clock } = rig()
    const second = `/ip4/192.0.2.2/tcp/14040/p2p/${PEER}`
    reconnector.keep(() => [ADDRESS, `/ip4/192.0.2.3/tcp/1/p2p/${OTHER}`, second, ADDRESS])
    await clock.advance(0)
    reconnector.stop()
    assert.deepEqual(dials.map(({ peer, addresses }) => [peer, addresses]), [[PEER, [ADDRESS, second]], [OTHER, [`/ip4/192.0.2.3/tcp/1/p2p/${OTHER}`]]])
  })

  it('passes over itself, peers without an id, and what is no address', async () => {
    const { reconnector, dials, clock } = rig({ self: OTHER })
    reconnector.keep(() => ['nonsense', '/ip4/192.0.2.1/tcp/1', `/ip4/192.0.2.1/tcp/1/p2p/${OTHER}`, ADDRESS])
    await clock.advance(0)
    reconnector.stop()
    assert.deepEqual(dials.map(({ peer }) => peer), [PEER])
  })

  it('asks for the addresses anew in each round', async () => {
    const { reconnector, dials, clock } = rig()
    const list: string[] = []
    reconnector.keep(() => list)
    await clock.advance(RECONNECT_ROUND_MS - 1)
    list.push(ADDRESS)
    assert.equal(dials.length, 0)
    await clock.advance(1)
    reconnector.stop()
    assert.equal(dials.length, 1)
  })

  it('leaves a connected peer alone, and starts afresh when it goes', async () => {
    const it = rig()
    it.reconnector.keep(() => [ADDRESS])
    await it.clock.advance(7_500)
    assert.equal(it.dials.length, 4)
    it.up = true
    await it.clock.advance(60_000)
    assert.equal(it.dials.length, 5)
    it.up = false
    it.connected.delete(PEER)
    it.reconnector.closed(PEER)
    await it.clock.advance(999)
    assert.equal(it.dials.length, 5)
    await it.clock.advance(1_001)
    assert.deepEqual(it.dials.slice(5).map(({ at }) => at - 67_500), [1_000, 2_000])
    it.reconnector.stop()
  })

  it('waits longer each time when sessions end soon after they opened, and not after one that lasted', async () => {
    const it = rig()
    it.up = true
    it.reconnector.keep(() => [ADDRESS])
    await it.clock.advance(0)
    for (const pause of [1_000, 2_000, 4_000, 8_000]) {
      await it.clock.advance(500)
      it.connected.delete(PEER)
      it.reconnector.closed(PEER)
      const dials = it.dials.length
      await it.clock.advance(pause - 1)
      assert.equal(it.dials.length, dials)
      await it.clock.advance(1)
      assert.equal(it.dials.length, dials + 1)
    }
    await it.clock.advance(60_000)
    it.connected.delete(PEER)
    it.reconnector.closed(PEER)
    const dials = it.dials.length
    await it.clock.advance(1_000)
    assert.equal(it.dials.length, dials + 1)
    it.reconnector.stop()
  })

  it('dials one peer once at a time', async () => {
    let dials = 0
    const { reconnector, clock } = rig({ dial: async () => { dials++; await new Promise(() => {}) } })
    reconnector.keep(() => [ADDRESS])
    await clock.advance(60_000)
    reconnector.wake()
    assert.equal(dials, 1)
    reconnector.stop()
  })

  it('stops: aborts what it dials and dials nothing more', async () => {
    let aborted = false
    let dials = 0
    const { reconnector, clock } = rig({
      dial: async (_peer, _addresses, signal) => {
        dials++
        await new Promise((resolve) => { signal.addEventListener('abort', resolve) })
        aborted = true
        throw new Error('aborted')
      }
    })
    reconnector.keep(() => [ADDRESS])
    await settle()
    reconnector.stop()
    await clock.advance(120_000)
    assert.equal(aborted, true)
    assert.equal(dials, 1)
  })
})
