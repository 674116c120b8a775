import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { AWAY_MAX_MS, AWAY_MIN_MS, ENDED_TWICE_MS, FULL_MESH_MEMBERS, MAX_ACCEPTED_LINKS, NO_PLACE_MS, RANDOM_LINKS, RING_LINKS, ROTATE_MS, Topology } from '../../src/network/topology.js'
import type { TopologyMember } from '../../src/network/topology.js'
import { seeded } from '../seed.js'
import { FakeClock } from './fake-clock.js'

const LIMIT = RING_LINKS + RANDOM_LINKS
const HOUR_MS = 3600e3

/** Stands in for the 38 bytes of a PeerId. */
function member (n: number): TopologyMember {
  return { peer: `peer ${n}`, bytes: createHash('sha256').update(`member ${n}`).digest() }
}

/** The order that the design gives, written again. */
function ringOf (members: TopologyMember[]): string[] {
  const place = ({ bytes }: TopologyMember): string => createHash('sha256').update(bytes).digest('hex')
  return [...members].sort((a, b) => place(a) < place(b) ? -1 : 1).map(({ peer }) => peer)
}

/** A vault in which dialling takes no time. */
class World {
  readonly clock = new FakeClock()
  readonly members: TopologyMember[]
  readonly away = new Set<string>()
  /** Those that only dial. */
  readonly hidden = new Set<string>()
  readonly nodes = new Map<string, Topology>()
  /** By the one that dialled. */
  readonly dialled = new Map<string, Set<string>>()
  readonly random: () => number

  constructor (count: number, seed: number) {
    this.random = seeded(seed)
    this.members = Array.from({ length: count }, (_, i) => member(i))
    for (const self of this.members) this.make(self)
    for (const node of this.nodes.values()) node.setMembers(this.members)
  }

  add (self: TopologyMember): void {
    this.make(self)
    for (const node of this.nodes.values()) node.setMembers(this.members)
  }

  private make (self: TopologyMember): void {
    this.dialled.set(self.peer, new Set())
    this.nodes.set(self.peer, new Topology({
      self,
      clock: this.clock,
      random: this.random,
      connected: (peer) => this.linked(self.peer, peer),
      dialable: (peer) => !this.hidden.has(peer)
    }))
  }

  linked (a: string, b: string): boolean {
    return this.dialled.get(a)?.has(b) === true || this.dialled.get(b)?.has(a) === true
  }

  leave (peer: string): void {
    this.away.add(peer)
    for (const [other, peers] of this.dialled) {
      peers.delete(peer)
      if (other === peer) peers.clear()
    }
  }

  /** Every node dials and drops as it wants to until nothing changes; at most so often. */
  settle (rounds = 200): void {
    for (let round = 0; round < rounds; round++) {
      let changed = false
      for (const [peer, node] of this.nodes) if (!this.away.has(peer)) changed = this.step(peer, node) || changed
      if (!changed) return
    }
    assert.fail('it does not come to rest')
  }

  wanted (peer: string): string[] {
    return this.nodes.get(peer)?.wanted() ?? []
  }

  get up (): string[] {
    return this.members.map(({ peer }) => peer).filter((peer) => !this.away.has(peer))
  }

  /** True when the wanted links alone join all that are up. */
  joined (): boolean {
    const up = this.up
    const links = new Map(up.map((peer) => [peer, this.wanted(peer).filter((other) => this.linked(peer, other))]))
    const next = new Map(up.map((peer) => [peer, new Set(links.get(peer))]))
    for (const [peer, others] of links) for (const other of others) next.get(other)?.add(peer)
    const seen = new Set(up.slice(0, 1))
    for (const peer of seen) for (const other of next.get(peer) ?? []) seen.add(other)
    return seen.size === up.length
  }

  accepted (peer: string): string[] {
    return this.up.filter((other) => this.dialled.get(other)?.has(peer) === true)
  }

  private step (peer: string, node: Topology): boolean {
    const wanted = new Set(node.wanted())
    const mine = this.dialled.get(peer) ?? new Set()
    let changed = false
    for (const other of mine) {
      // the other side may want it, and then keeps it from its end
      if (wanted.has(other)) continue
      mine.delete(other)
      if (this.wanted(other).includes(peer)) this.dialled.get(other)?.add(peer)
      changed = true
    }
    for (const other of wanted) {
      if (this.linked(peer, other)) continue
      changed = true
      if (this.away.has(other) || this.hidden.has(other)) {
        node.failed(other)
      } else {
        mine.add(other)
        node.seen(other)
        this.nodes.get(other)?.seen(peer)
      }
    }
    return changed
  }
}

const vaults = fc.record({ count: fc.integer({ min: FULL_MESH_MEMBERS + 1, max: 200 }), gone: fc.double({ min: 0, max: 0.9, noNaN: true }), seed: fc.integer() })
const RUNS = { numRuns: 12, endOnFailure: true }

function settled ({ count, gone, seed }: { count: number, gone: number, seed: number }): World {
  const world = new World(count, seed)
  for (const { peer } of world.members) if (world.random() < gone) world.leave(peer)
  world.settle()
  return world
}

/** The next on the ring that are up. */
function next (world: World, peer: string): string[] {
  const ring = ringOf(world.members)
  const at = ring.indexOf(peer)
  return [...ring.slice(at + 1), ...ring.slice(0, at)].filter((other) => !world.away.has(other) && !world.hidden.has(other)).slice(0, RING_LINKS)
}

describe('topology', function () {
  this.timeout(60_000)

  it('wants everybody up to 32 members, away or not', () => {
    for (const count of [1, 2, FULL_MESH_MEMBERS]) {
      const world = new World(count, 1)
      world.nodes.get('peer 0')?.failed('peer 1')
      assert.deepEqual(new Set(world.wanted('peer 0')), new Set(world.members.slice(1).map(({ peer }) => peer)))
      assert.deepEqual(world.nodes.get('peer 0')?.excess(world.members.map(({ peer }) => ({ peer, since: 0 })), new Set()), [])
    }
  })

  it('wants the next two on the ring and six others above that', () => {
    const world = settled({ count: FULL_MESH_MEMBERS + 1, gone: 0, seed: 1 })
    for (const peer of world.up) {
      const wanted = world.wanted(peer)
      assert.equal(new Set(wanted).size, LIMIT)
      assert.ok(!wanted.includes(peer))
      for (const other of next(world, peer)) assert.ok(wanted.includes(other))
    }
  })

  it('joins all that are there, whoever is away, within the limits', () => {
    fc.assert(fc.property(vaults, (vault) => {
      const world = settled(vault)
      assert.ok(world.joined())
      for (const peer of world.up) {
        const wanted = world.wanted(peer)
        assert.equal(new Set(wanted).size, Math.min(LIMIT, world.up.length - 1))
        for (const other of next(world, peer)) assert.ok(wanted.includes(other), `${peer} has no link to ${other}`)
        const excess = world.nodes.get(peer)?.excess(world.accepted(peer).map((other) => ({ peer: other, since: 0 })), new Set(wanted)) ?? []
        assert.ok(world.accepted(peer).length - excess.length <= MAX_ACCEPTED_LINKS)
      }
    }), RUNS)
  })

  it('joins those that only dial with the few that can be dialled', () => {
    const world = new World(100, 5)
    for (const { peer } of world.members.filter((_, i) => i % 5 !== 0)) world.hidden.add(peer)
    world.settle()
    assert.ok(world.joined())
    // one that can be dialled may have neighbours that dialled it
    for (const peer of world.hidden) for (const other of next(world, peer)) assert.ok(world.linked(peer, other))
  })

  it('replaces those that leave, and takes a neighbour back when it returns', () => {
    fc.assert(fc.property(vaults, (vault) => {
      const world = settled({ ...vault, gone: vault.gone / 2 })
      const [first] = world.up
      assert.ok(first !== undefined)
      const before = next(world, first)
      for (const peer of before) world.leave(peer)
      world.settle()
      assert.ok(world.joined())
      const [back, ...gone] = before
      assert.ok(back !== undefined)
      world.away.delete(back)
      world.settle()
      assert.equal(gone.length, 1)
      assert.ok(world.wanted(back).includes(next(world, back)[0] ?? ''))
      assert.ok(world.joined())
      // nobody told `first`: when the time for another try has come it finds out
      world.clock.advanceBy(AWAY_MIN_MS)
      world.settle()
      assert.ok(world.wanted(first).includes(back))
    }), RUNS)
  })

  it('replaces one random link an hour, and none otherwise', () => {
    fc.assert(fc.property(vaults, (vault) => {
      const world = settled({ ...vault, gone: 0 })
      const of = (): Set<string> => new Set(world.wanted('peer 0'))
      const start = of()
      world.clock.advanceBy(ROTATE_MS - 1)
      assert.deepEqual(of(), start)
      for (let hour = 0, before = start; hour < 8; hour++) {
        world.clock.advanceBy(hour === 0 ? 1 : HOUR_MS)
        world.settle()
        const after = of()
        assert.equal(after.size, LIMIT)
        assert.equal([...before].filter((peer) => !after.has(peer)).length, 1)
        before = after
      }
      // an hour that was slept through counts once
      const before = of()
      world.clock.advanceBy(10 * HOUR_MS)
      world.settle()
      assert.equal([...before].filter((peer) => !of().has(peer)).length, 1)
    }), RUNS)
  })

  it('moves few links when one member joins or leaves', () => {
    fc.assert(fc.property(vaults, (vault) => {
      const world = settled({ ...vault, gone: 0 })
      const links = (): Set<string> => new Set(world.up.flatMap((peer) => world.wanted(peer).map((other) => `${peer} ${other}`)))
      const before = links()
      const joiner = member(1_000)
      world.members.push(joiner)
      world.add(joiner)
      world.settle()
      const after = links()
      assert.ok(world.joined())
      // the two before it on the ring change one each, and may have had the new neighbour of the other as a random one
      assert.ok([...before].filter((link) => !after.has(link)).length <= 2 * RING_LINKS)
      const [gone] = world.up
      const touched = [...after].filter((link) => link.split(/ (?=peer)/).includes(gone ?? '')).length
      world.leave(gone ?? '')
      world.settle()
      const left = links()
      assert.ok([...after].filter((link) => !left.has(link)).length <= touched + 2 * RING_LINKS)
      assert.ok(world.joined())
    }), RUNS)
  })

  it('passes over a member that is away for longer each time, and asks all again when it is alone', () => {
    const clock = new FakeClock()
    const members = Array.from({ length: 50 }, (_, i) => member(i))
    const linked = new Set<string>()
    const node = new Topology({ self: member(0), clock, random: () => 1, connected: (peer) => linked.has(peer), dialable: () => true })
    node.setMembers(members)
    const [first = '', , , far = ''] = node.wanted()
    linked.add(far)
    const pauses: number[] = []
    for (let at = clock.now(); pauses.length < 7;) {
      node.failed(first)
      while (!node.wanted().includes(first)) clock.advanceBy(1_000)
      pauses.push(clock.now() - at)
      at = clock.now()
    }
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30].map((n) => n * AWAY_MIN_MS))
    assert.equal(pauses.at(-1), AWAY_MAX_MS)
    node.failed(first)
    node.seen(first)
    assert.ok(node.wanted().includes(first))
    linked.clear()
    for (const { peer } of members) node.failed(peer)
    for (const { peer } of members) node.failed(peer)
    assert.deepEqual(node.wanted(), [])
    clock.advanceBy(AWAY_MIN_MS)
    assert.equal(node.wanted().length, LIMIT)
  })

  it('lets go of a neighbour only when the nearer one is connected', () => {
    const clock = new FakeClock()
    const members = Array.from({ length: 50 }, (_, i) => member(i))
    const linked = new Set<string>()
    const node = new Topology({ self: member(0), clock, random: () => 0.999, connected: (peer) => linked.has(peer), dialable: () => true })
    node.setMembers(members)
    const ring = ringOf(members)
    const at = ring.indexOf('peer 0')
    const [a = '', b = '', c = ''] = [...ring.slice(at + 1), ...ring.slice(0, at)]
    node.failed(a)
    for (const peer of node.wanted()) linked.add(peer)
    assert.deepEqual(node.wanted().slice(0, RING_LINKS), [b, c])
    node.seen(a)
    assert.deepEqual(node.wanted().slice(0, RING_LINKS + 1), [a, b, c])
    linked.add(a)
    assert.deepEqual(node.wanted().slice(0, RING_LINKS), [a, b])
    assert.ok(!node.wanted().includes(c))
  })

  it('turns from a member that ended the link twice', () => {
    const clock = new FakeClock()
    const linked = new Set<string>()
    const node = new Topology({ self: member(0), clock, random: () => 0, connected: (peer) => linked.has(peer), dialable: () => true })
    node.setMembers(Array.from({ length: 50 }, (_, i) => member(i)))
    for (const peer of node.wanted()) linked.add(peer)
    const [first = ''] = node.wanted()
    node.ended(first)
    assert.ok(node.wanted().includes(first))
    clock.advanceBy(ENDED_TWICE_MS)
    node.ended(first)
    assert.ok(node.wanted().includes(first))
    clock.advanceBy(ENDED_TWICE_MS - 1)
    node.ended(first)
    // a sign of life is no place
    node.seen(first)
    assert.ok(!node.wanted().includes(first))
    clock.advanceBy(NO_PLACE_MS)
    assert.ok(node.wanted().includes(first))
  })

  it('keeps of 40 accepted links those it wants, the nearest before it and the oldest', () => {
    const members = Array.from({ length: 60 }, (_, i) => member(i))
    const ring = ringOf(members)
    const self = members.find(({ peer }) => peer === ring[59])
    assert.ok(self !== undefined)
    const node = new Topology({ self, clock: new FakeClock(), random: () => 0, connected: () => false, dialable: () => true })
    node.setMembers(members)
    // the nearer the later, but for the wanted one, which is the farthest and the last
    const accepted = ring.slice(10, 50).map((peer, i) => ({ peer, since: i === 0 ? 100 : i }))
    const excess = node.excess(accepted, new Set([ring[10] ?? '']))
    assert.equal(accepted.length - excess.length, MAX_ACCEPTED_LINKS)
    const kept = new Set(accepted.map(({ peer }) => peer).filter((peer) => !excess.includes(peer)))
    assert.deepEqual(kept, new Set([...ring.slice(10, 22), ...ring.slice(38, 50)]))
    assert.equal(excess[0], ring[37])
    assert.deepEqual(node.excess(accepted.slice(0, MAX_ACCEPTED_LINKS), new Set()), [])
  })

  it('forgets who is no member any more', () => {
    const world = settled({ count: 40, gone: 0, seed: 3 })
    const [gone = '', ...left] = world.wanted('peer 0')
    world.nodes.get('peer 0')?.setMembers(world.members.filter(({ peer }) => peer !== gone))
    const wanted = world.wanted('peer 0')
    assert.ok(!wanted.includes(gone))
    assert.equal(left.filter((peer) => wanted.includes(peer)).length, left.length)
  })
})
