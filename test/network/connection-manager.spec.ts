import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { IDLE_MS, KEEP_ROUND_MS } from '../../src/network/connection-manager.js'
import { peerFacts } from '../../src/network/peers.js'
import { FULL_MESH_MEMBERS, MAX_ACCEPTED_LINKS, RANDOM_LINKS, RING_LINKS } from '../../src/network/topology.js'
import type { TopologyMember } from '../../src/network/topology.js'
import type { FollowInit, PeersInit, Session } from '../../src/network/peers.js'
import { newIdentity } from '../../src/network/identity.js'
import { FakeClock, settle } from './fake-clock.js'
import { next, side, stopAll, until } from './hosts.js'
import type { Side } from './hosts.js'

const DATA = '/test/data/1.0.0'
const LINK = '/test/link/1.0.0'

/** Streams stay open until the other side ends them. */
async function hold (stream: Stream): Promise<void> {
  if (stream.status === 'open') await new Promise<void>((resolve) => { stream.addEventListener('close', () => { resolve() }, { once: true }) })
}

interface Member extends Side { clock: FakeClock, bytes: Uint8Array }

let count = 0

/** A side with time of its own, and both kinds of streams. */
async function member (init: PeersInit = {}): Promise<Member> {
  const clock = new FakeClock()
  const made = await side([`/memory/keeper-${count++}`], { clock, random: () => 0, ...init })
  await made.peers.handle(DATA, hold, { maxInbound: 4 })
  await made.peers.handle(LINK, hold, { maxInbound: 2 })
  return { ...made, clock, bytes: made.host.peerId.toMultihash().bytes }
}

/** Members that nobody can dial. */
async function absent (many: number): Promise<TopologyMember[]> {
  return Promise.all(Array.from({ length: many }, async () => {
    const { publicKey } = await newIdentity()
    return { peer: publicKey.toString(), bytes: publicKey.toMultihash().bytes }
  }))
}

function asMember ({ id, bytes }: Member): TopologyMember {
  return { peer: id, bytes }
}

function follow (it: Member, members: TopologyMember[], known: Member[], more: Partial<FollowInit> = {}): void {
  it.peers.follow({
    members: () => members,
    addresses: (peer) => known.find(({ id }) => id === peer)?.addresses ?? [],
    standing: [LINK],
    ...more
  })
}

/** Both ends have the session. */
async function joined (a: Member, b: Member): Promise<void> {
  await Promise.all([until(a, () => a.peers.get(b.id)), until(b, () => b.peers.get(a.id))])
}

/** Lets time pass in rounds; what is asked of the hosts goes on in between. */
async function pass (it: Member, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= KEEP_ROUND_MS) await it.clock.advance(Math.min(left, KEEP_ROUND_MS))
}

describe('keeper', function () {
  this.timeout(30_000)
  afterEach(stopAll)

  describe('links', () => {
    it('dials the members of a small vault, each pair once or twice, and stays with them', async () => {
      const all = await Promise.all(Array.from({ length: 4 }, async () => member()))
      const events: string[] = []
      for (const it of all) it.peers.addEventListener('session:close', ({ detail }) => { events.push(`${it.id} ${detail.peer}`) })
      for (const it of all) follow(it, all.map(asMember), all)
      for (const a of all) for (const b of all) if (a !== b) await joined(a, b)
      for (const it of all) await pass(it, 10 * IDLE_MS)
      for (const it of all) {
        assert.equal(it.peers.sessions().length, 3)
        assert.ok(it.host.getConnections().length <= 6)
        assert.ok(it.peers.wants(all.find(({ id }) => id !== it.id)?.id ?? ''))
      }
      assert.deepEqual(events, [])
    })

    it('looks at many signs of life together, and at none of a connected member', async () => {
      const [a, b] = await Promise.all([member(), member()])
      const [other] = await absent(1)
      let asked = 0
      const addresses = [...b.addresses]
      a.peers.follow({ members: () => { asked++; return [asMember(b), other ?? asMember(b)] }, addresses: (peer) => peer === b.id ? addresses : [] })
      await joined(a, b)
      asked = 0
      for (let n = 0; n < 100; n++) a.peers.seen(b.id)
      await a.clock.advance(1_000)
      assert.equal(asked, 0)
      for (let n = 0; n < 100; n++) a.peers.seen(other?.peer ?? '')
      await a.clock.advance(1_000)
      assert.equal(asked, 1)
      a.peers.seen(other?.peer ?? '')
      await a.peers.stop()
      await a.clock.advance(1_000)
      assert.equal(asked, 1)
    })

    it('does not change the session of two that dialled each other at once', async () => {
      const [a, b] = await Promise.all([member(), member()])
      const both = [a, b].map(asMember)
      const events: string[] = []
      for (const it of [a, b]) it.peers.addEventListener('session:close', () => { events.push('close') })
      // neither knows of the other when it dials
      let release: (() => void) | undefined
      const together = new Promise<void>((resolve) => { release = resolve })
      for (const it of [a, b]) it.greeter.hold = together
      follow(a, both, [a, b])
      follow(b, both, [a, b])
      await Promise.all([a, b].map(async (it) => until(it, () => it.host.getConnections().length === 2)))
      release?.()
      await joined(a, b)
      for (const it of [a, b, a, b]) await pass(it, 2 * IDLE_MS)
      assert.deepEqual(events, [])
      assert.equal(a.peers.sessions().length, 1)
      assert.equal(b.peers.sessions().length, 1)
    })

    it('dials a member that joins when it is woken', async () => {
      const [a, b] = await Promise.all([member(), member()])
      const members = [asMember(a)]
      follow(a, members, [b])
      await settle()
      assert.equal(a.host.getConnections().length, 0)
      members.push(asMember(b))
      a.peers.wake()
      await joined(a, b)
    })

    it('dials the bootstrap list whoever is a member, and never closes it', async () => {
      const [a, b] = await Promise.all([member(), member()])
      follow(a, [], [], { bootstrap: [...b.addresses, 'nonsense'] })
      await joined(a, b)
      await pass(a, 2 * IDLE_MS)
      assert.ok(a.peers.get(b.id))
      assert.equal(a.peers.wants(b.id), true)
    })

    it('dials no stranger that a member names as its address', async () => {
      const [a, b, stranger] = await Promise.all([member(), member(), member()])
      follow(a, [a, b].map(asMember), [], { addresses: () => [...stranger.addresses, 'nonsense', ...b.addresses.map((text) => text.replace(/\/p2p\/.*/, ''))] })
      await joined(a, b)
      assert.equal(a.peers.get(stranger.id), undefined)
      assert.equal(stranger.host.getConnections().length, 0)
    })

    it('has eight links in a vault of 40', async () => {
      const a = await member()
      const others = await Promise.all(Array.from({ length: 39 }, async () => member()))
      const told: Session[] = []
      a.peers.addEventListener('link:open', ({ detail }) => { told.push(detail) })
      follow(a, [a, ...others].map(asMember), others)
      await until(a, () => a.peers.sessions().length === RING_LINKS + RANDOM_LINKS)
      await pass(a, 2 * KEEP_ROUND_MS)
      assert.equal(a.host.getConnections().length, RING_LINKS + RANDOM_LINKS)
      assert.deepEqual(new Set(told), new Set(a.peers.sessions()))
      // one of them goes for good
      const [lost] = a.peers.sessions()
      assert.ok(lost !== undefined)
      const gone = others.find(({ id }) => id === lost.peer)
      const closing = next(a.peers, 'session:close')
      await gone?.host.stop()
      await closing
      await a.clock.advance(KEEP_ROUND_MS)
      await until(a, () => a.peers.sessions().length === RING_LINKS + RANDOM_LINKS)
      assert.equal(a.peers.get(lost.peer), undefined)
    })

    it('turns to others when the other side has no place for it', async () => {
      const a = await member()
      const others = await Promise.all(Array.from({ length: 39 }, async () => member()))
      follow(a, [a, ...others].map(asMember), others)
      await until(a, () => a.peers.sessions().length === RING_LINKS + RANDOM_LINKS)
      const full = others.find(({ id }) => id === a.peers.sessions()[0]?.peer)
      assert.ok(full !== undefined)
      for (const wanted of [true, false]) {
        await until(full, () => full.peers.get(a.id))
        const closing = next(a.peers, 'session:close')
        await full.peers.drop(a.id)
        await closing
        assert.equal(a.peers.wants(full.id), wanted)
        const opening = next(a.peers, 'session:open')
        await a.clock.advance(KEEP_ROUND_MS)
        assert.equal((await opening).peer === full.id, wanted)
      }
    })

    it('tells who is to open the streams of a link: who dialled, or the other when that does not', async () => {
      const [a, b] = await Promise.all([member(), member()])
      const told: string[] = []
      for (const it of [a, b]) it.peers.addEventListener('link:open', ({ detail }) => { told.push(`${it.id} ${detail.direction}`) })
      // to `a` it is a connection for data in a large vault
      follow(a, [a, b].map(asMember).concat(await absent(FULL_MESH_MEMBERS)), [b], { members: () => [] })
      follow(b, [a, b].map(asMember), [])
      await a.peers.connect(b.addresses)
      await joined(a, b)
      await pass(a, 2 * KEEP_ROUND_MS)
      assert.deepEqual(told, [])
      await pass(b, 2 * KEEP_ROUND_MS)
      assert.deepEqual(told, [`${b.id} inbound`])
    })
  })

  describe('on demand', () => {
    it('reaches a member that is no link, and closes after a minute without streams', async () => {
      const [a, b] = await Promise.all([member(), member()])
      follow(a, [], [b])
      const session = await a.peers.reach(b.id)
      assert.equal(session.peer, b.id)
      assert.equal(await a.peers.reach(b.id), session)
      const stream = await a.peers.open(b.id, DATA)
      await pass(a, 3 * IDLE_MS)
      assert.equal(a.peers.get(b.id), session)
      stream.abort(new Error('test'))
      await pass(a, IDLE_MS - KEEP_ROUND_MS)
      assert.equal(a.peers.get(b.id), session)
      const closing = next(a.peers, 'session:close')
      await pass(a, 2 * KEEP_ROUND_MS)
      await closing
      assert.notEqual(await a.peers.reach(b.id), session)
    })

    it('closes one that carries only the streams of a link that it was', async () => {
      const [a, b] = await Promise.all([member(), member()])
      const members = [a, b].map(asMember)
      follow(a, members, [b])
      await joined(a, b)
      await a.peers.open(b.id, LINK)
      members.length = 0
      const closing = next(a.peers, 'session:close')
      await pass(a, IDLE_MS - KEEP_ROUND_MS)
      assert.ok(a.peers.get(b.id))
      await pass(a, 2 * KEEP_ROUND_MS)
      await closing
    })

    it('keeps one that the other side has as a link', async () => {
      const [a, b] = await Promise.all([member(), member()])
      follow(a, [], [b])
      const session = await a.peers.reach(b.id)
      await joined(a, b)
      await b.peers.open(a.id, LINK)
      await until(a, () => peerFacts(session).protocols.includes(LINK))
      await pass(a, 3 * IDLE_MS)
      assert.ok(a.peers.get(b.id))
    })

    it('dials once for all that ask at the same time, and lets one of them leave', async () => {
      const [a, b] = await Promise.all([member(), member()])
      follow(a, [], [b])
      const leaving = new AbortController()
      const left = a.peers.reach(b.id, { signal: leaving.signal })
      const other = a.peers.reach(b.id)
      leaving.abort(new Error('left'))
      await assert.rejects(left, { message: 'left' })
      assert.equal((await other).peer, b.id)
      assert.equal(a.host.getConnections().length, 1)
    })

    it('takes the connection that the other side dialled meanwhile', async () => {
      const [a, b] = await Promise.all([member(), member()])
      b.greeter.hold = new Promise(() => {})
      follow(a, [], [b])
      const reaching = a.peers.reach(b.id)
      await b.host.dial(a.host.getMultiaddrs(), { force: true })
      assert.equal((await reaching).direction, 'inbound')
    })

    it('says that a member was not reached', async () => {
      const a = await member()
      const [gone] = await absent(1)
      assert.ok(gone !== undefined)
      await assert.rejects(a.peers.reach(gone.peer), { code: 'PEER_NOT_CONNECTED' })
      follow(a, [], [], { addresses: () => ['/memory/nobody'] })
      await assert.rejects(a.peers.reach(gone.peer), { code: 'PEER_NOT_CONNECTED' })
      await assert.rejects(a.peers.reach(gone.peer, { signal: AbortSignal.abort(new Error('test')) }), { message: 'test' })
    })
  })

  it('closes accepted links above 24 when they carry no data, and refuses none', async () => {
    const a = await member()
    const others = await Promise.all(Array.from({ length: MAX_ACCEPTED_LINKS + 4 }, async () => member()))
    // `a` can dial none of them, and has them all as members
    const members = [a, ...others].map(asMember).concat(await absent(FULL_MESH_MEMBERS))
    for (const it of others) {
      await it.peers.connect(a.addresses)
      await it.peers.open(a.id, LINK)
    }
    await until(a, () => a.peers.sessions().length === others.length)
    follow(a, members, [])
    const wanted = others.filter(({ id }) => a.peers.wants(id)).length
    assert.equal(wanted, RING_LINKS + RANDOM_LINKS)
    const busy = await Promise.all(others.map(async (it) => it.peers.open(a.id, DATA)))
    await settle()
    await pass(a, 3 * IDLE_MS)
    assert.equal(a.peers.sessions().length, others.length)
    for (const stream of busy) stream.abort(new Error('test'))
    await settle()
    await pass(a, IDLE_MS + 2 * KEEP_ROUND_MS)
    await until(a, () => a.peers.sessions().length === MAX_ACCEPTED_LINKS)
    assert.equal(others.filter(({ id }) => a.peers.wants(id) && a.peers.get(id) !== undefined).length, wanted)
    assert.deepEqual(a.peers.refused, {})
    // there is a place for data
    const turned = others.find(({ id }) => a.peers.get(id) === undefined)
    assert.equal((await turned?.peers.connect(a.addresses))?.peer, a.id)
  })

  it('tells the facts of a session', async () => {
    const [a, b] = await Promise.all([member(), member()])
    const session = await a.peers.connect(b.addresses)
    assert.ok(!('latency' in peerFacts({ ...session, connection: { ...session.connection, streams: [], rtt: undefined } })))
    await a.peers.open(b.id, LINK)
    await a.peers.open(b.id, DATA)
    await a.peers.open(b.id, DATA)
    session.connection.rtt = 7
    const { protocols, ...facts } = peerFacts(session)
    assert.deepEqual(protocols.filter((protocol) => protocol.startsWith('/test/')), [DATA, LINK])
    assert.deepEqual(facts, { peer: b.id, role: 'write', direction: 'outbound', address: session.address, since: session.since, bytesReceived: 0, bytesSent: 0, latency: 7 })
  })
})

