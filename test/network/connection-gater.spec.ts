import assert from 'node:assert/strict'
import { StreamCloseEvent, TypedEventEmitter } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { STRANGER_PLACE_MS, UNPROVED_MS } from '../../src/defaults.js'
import { CONNECTION_COST_BYTES, MEMBER_CONNECTIONS, NETWORK_BYTES, NETWORK_CONNECTIONS, NETWORK_CONNECTIONS_PER_SECOND, RARE_CONNECTIONS, STRANGERS_CONNECTIONS } from '../../src/network/crowds.js'
import { ConnectionGater } from '../../src/network/connection-gater.js'
import { newIdentity } from '../../src/network/identity.js'
import { FakeClock, settle } from './fake-clock.js'

const HOME = '192.0.2.1'

/** As much of a connection as the gate looks at. */
class FakeConnection extends TypedEventEmitter<{ close: StreamCloseEvent }> {
  readonly remoteAddr
  readonly timeline = { open: 0 }
  status = 'open'

  constructor (ip: string, port = 1000) {
    super()
    this.remoteAddr = multiaddr(`/ip${ip.includes(':') ? 6 : 4}/${ip}/tcp/${port}`)
  }

  pause (): void { this.status = 'paused' }

  abort (err: Error): void {
    this.status = 'aborted'
    this.dispatchEvent(new StreamCloseEvent(true, err))
  }
}

function raw (ip = HOME): { fake: FakeConnection, conn: MultiaddrConnection } {
  const fake = new FakeConnection(ip)
  return { fake, conn: fake as unknown as MultiaddrConnection }
}

function connection ({ fake }: { fake: FakeConnection }, remotePeer: PeerId): Connection {
  return { timeline: fake.timeline, remoteAddr: fake.remoteAddr, remotePeer } as unknown as Connection
}

async function peer (): Promise<PeerId> {
  return peerIdFromPrivateKey(await newIdentity())
}

/** Both questions that libp2p asks about an incoming connection; true when both are passed. */
async function enter (gate: ConnectionGater, { conn }: { conn: MultiaddrConnection }, id: PeerId): Promise<boolean> {
  return !await gate.denyInboundConnection(conn) && !await gate.denyInboundEncryptedConnection(id, conn)
}

describe('gate', () => {
  it('makes room for members by strangers first, then by visitors, and trusts no address of those', async () => {
    const gate = new ConnectionGater({ connections: 3, refusedMs: 1000, isMember: (who) => members.has(who) })
    const members = new Set<string>()
    const ids = await Promise.all(Array.from({ length: 5 }, peer)) as [PeerId, PeerId, PeerId, PeerId, PeerId]
    const [visitor, stranger, member, late, last] = [raw('192.0.2.1'), raw('192.0.2.2'), raw('192.0.2.3'), raw('192.0.2.4'), raw('192.0.2.5')]
    for (const id of ids.slice(2)) members.add(id.toString())
    assert.ok(await enter(gate, visitor, ids[0]))
    gate.greeted(connection(visitor, ids[0]), { visitor: true })
    assert.ok(await enter(gate, stranger, ids[1]) && await enter(gate, member, ids[2]))
    gate.greeted(connection(member, ids[2]))
    assert.ok(await enter(gate, late, ids[3]))
    gate.greeted(connection(late, ids[3]))
    assert.deepEqual([stranger.fake.status, visitor.fake.status], ['aborted', 'open'])
    assert.ok(await enter(gate, last, ids[4]))
    assert.equal(visitor.fake.status, 'aborted')
    assert.deepEqual([member.fake.status, late.fake.status], ['open', 'open'])
    // as of a stranger's address a bar holds there
    gate.bar(connection(raw('192.0.2.1'), ids[1]), 'refused')
    assert.equal(gate.denyInboundConnection(raw('192.0.2.1').conn), true)
  })

  it('lets what is beyond the share of an address wait until one of its connections is greeted', async () => {
    const gate = new ConnectionGater({ withoutHelloPerAddress: 2 })
    const [a, b, c, d] = [raw(), raw(), raw(), raw()]
    const id = await peer()
    assert.equal(await enter(gate, a, id), true)
    assert.equal(await enter(gate, b, await peer()), true)
    const answers: string[] = []
    const third = enter(gate, c, await peer()).then((let_) => { answers.push(`c ${!let_}`) })
    const fourth = enter(gate, d, await peer()).then((let_) => { answers.push(`d ${!let_}`) })
    assert.equal(await enter(gate, raw('192.0.2.2'), await peer()), true)
    await settle()
    assert.deepEqual(answers, [])
    gate.greeted(connection(a, id))
    await third
    assert.deepEqual(answers, ['c false'])
    b.fake.abort(new Error('gone'))
    await fourth
    assert.deepEqual(answers, ['c false', 'd false'])
    assert.deepEqual(gate.refused, {})
  })

  it('counts an IPv6 network of 64 bits as one address', async () => {
    const gate = new ConnectionGater({ withoutHelloPerAddress: 1, inLine: 0 })
    assert.equal(await enter(gate, raw('2001:db8:0:1::1'), await peer()), true)
    assert.equal(await enter(gate, raw('2001:db8::1:ffff:0:0:1'), await peer()), false)
    assert.equal(await enter(gate, raw('2001:db8:0:2::1'), await peer()), true)
    assert.deepEqual(gate.refused, { IN_LINE: 1 })
  })

  it('forgets a connection that closes in line', async () => {
    const gate = new ConnectionGater({ withoutHelloPerAddress: 1, inLine: 1 })
    const first = raw()
    assert.equal(await enter(gate, first, await peer()), true)
    const second = raw()
    const answer = enter(gate, second, await peer())
    assert.equal(await enter(gate, raw(), await peer()), false)
    second.fake.abort(new Error('gone'))
    assert.equal(await answer, false)
    const third = enter(gate, raw(), await peer())
    first.fake.abort(new Error('gone'))
    assert.equal(await third, true)
  })

  it('gives strangers so many places; a member needs none, and the next stranger gets that of one who had it long enough', async () => {
    const member = await peer()
    const clock = new FakeClock()
    const gate = new ConnectionGater({ withoutHello: 2, clock, isMember: (id) => id === member.toString() })
    const strangers = [raw('192.0.2.1'), raw('192.1.2.2')]
    for (const stranger of strangers) assert.equal(await enter(gate, stranger, await peer()), true)
    const late = raw('192.2.2.3')
    const entered = enter(gate, late, await peer())
    assert.equal(await enter(gate, raw('192.3.2.4'), member), true)
    assert.deepEqual(strangers.map(({ fake }) => fake.status), ['open', 'open'])
    await clock.advance(STRANGER_PLACE_MS)
    assert.equal(await entered, true)
    assert.deepEqual(strangers.map(({ fake }) => fake.status), ['aborted', 'open'])
    assert.deepEqual(gate.refused, { WITHOUT_HELLO: 1 })
  })

  it('refuses a stranger for whom no place comes free', async () => {
    const clock = new FakeClock()
    const gate = new ConnectionGater({ withoutHello: 1, inLine: 1, clock })
    const [first, second, third] = [raw('192.0.2.1'), raw('192.1.2.2'), raw('192.2.2.3')]
    const id = await peer()
    assert.equal(await enter(gate, first, id), true)
    const waiting = enter(gate, second, await peer())
    assert.equal(await enter(gate, third, await peer()), false)
    gate.greeted(connection(first, id))
    assert.equal(await waiting, true)
    assert.deepEqual(gate.refused, { IN_LINE: 1 })
  })

  it('sends the oldest away whose peer is not proved, of the network that has most, and no address of a member', async () => {
    const member = await peer()
    const gate = new ConnectionGater({ unproved: 6, unprovedForMembers: 2, isMember: (id) => id === member.toString() })
    const home = raw('198.51.100.1')
    assert.equal(await enter(gate, home, member), true)
    gate.greeted(connection(home, member))
    const again = raw('198.51.100.1')
    assert.equal(gate.denyInboundConnection(again.conn), false)
    const alone = raw('203.0.113.1')
    const crowd = ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8:0:3::1', '2001:db8:1:1::1'].map((ip) => raw(ip))
    for (const { conn } of [alone, ...crowd]) assert.equal(gate.denyInboundConnection(conn), false)
    // the fifth that is no member's: of the three /64 of one /48 the one that came first
    assert.deepEqual(crowd.map(({ fake }) => fake.status), ['aborted', 'open', 'open', 'open'])
    for (let n = 0; n < 20; n++) assert.equal(gate.denyInboundConnection(raw(`2001:db8:9:${n}::1`).conn), false)
    assert.deepEqual([alone.fake.status, again.fake.status], ['open', 'open'])
    assert.equal(gate.denyInboundEncryptedConnection(member, again.conn), false)
  })

  it('gives an unproved connection two seconds once a quarter of the places is taken', async () => {
    const clock = new FakeClock()
    const gate = new ConnectionGater({ unproved: 8, unprovedForMembers: 0, clock })
    const [first, second] = [raw('192.0.2.1'), raw('192.1.2.2')]
    gate.denyInboundConnection(first.conn)
    await clock.advance(UNPROVED_MS)
    assert.equal(first.fake.status, 'open')
    gate.denyInboundConnection(second.conn)
    await clock.advance(UNPROVED_MS)
    assert.deepEqual([first.fake.status, second.fake.status].filter((status) => status === 'aborted').length, 1)
  })

  it('counts strangers of a /48, and of a /24, together', async () => {
    const gate = new ConnectionGater({ withoutHelloPerNetwork: 2, inLine: 0 })
    for (const [ip, expected] of [['2001:db8:0:1::1', true], ['2001:db8:0:2::1', true], ['2001:db8:0:3::1', false], ['2001:db8:1:1::1', true], ['192.0.2.1', true], ['192.0.2.2', true], ['192.0.2.3', false]] as const) {
      assert.equal(await enter(gate, raw(ip), await peer()), expected, ip)
    }
  })

  it('keeps the total, and sends strangers away before it refuses', async () => {
    const gate = new ConnectionGater({ connections: 2 })
    const [greeted, stranger, next, last] = [raw('192.0.2.1'), raw('192.0.2.2'), raw('192.0.2.3'), raw('192.0.2.4')]
    const [id, nextId] = [await peer(), await peer()]
    assert.equal(await enter(gate, greeted, id), true)
    gate.greeted(connection(greeted, id))
    assert.equal(await enter(gate, stranger, await peer()), true)
    assert.equal(await enter(gate, next, nextId), true)
    assert.equal(stranger.fake.status, 'aborted')
    gate.greeted(connection(next, nextId))
    assert.equal(await enter(gate, last, await peer()), false)
    assert.equal(gate.denyOutboundEncryptedConnection(await peer(), raw('192.0.2.5').conn), true)
    assert.equal(gate.refused.CONNECTIONS, 2)
  })

  it('allows a peer one connection more than it may keep, until its hello', async () => {
    const gate = new ConnectionGater({ perPeer: 2 })
    const id = await peer()
    for (const expected of [true, true, true, false]) assert.equal(await enter(gate, raw(), id), expected)
    assert.equal(gate.refused.PEER_CONNECTIONS, 1)
  })

  for (const [why, ms] of [['refused', 60_000], ['forged', 3600_000]] as const) {
    it(`keeps a peer and its address out for ${ms / 1000} s when its hello was ${why}`, async () => {
      const clock = new FakeClock()
      const gate = new ConnectionGater({ clock })
      const [bad, other] = [await peer(), await peer()]
      const first = raw()
      assert.equal(await enter(gate, first, bad), true)
      gate.bar(connection(first, bad), why)
      first.fake.abort(new Error('refused'))
      await clock.advance(ms - 1)
      assert.equal(await enter(gate, raw(), other), false)
      assert.equal(await enter(gate, raw('192.0.2.9'), bad), false)
      assert.equal(await enter(gate, raw('192.0.2.9'), other), true)
      await clock.advance(1)
      assert.equal(await enter(gate, raw(), bad), true)
      assert.equal(await enter(gate, raw('192.0.2.9'), bad), true)
    })
  }

  it('keeps a stranger out that passed a bound of its connection, and no member', async () => {
    const clock = new FakeClock()
    const gate = new ConnectionGater({ clock })
    const [stranger, member] = [await peer(), await peer()]
    const [one, other] = [raw('192.0.2.1'), raw('198.51.100.1')]
    assert.ok(await enter(gate, one, stranger) && await enter(gate, other, member))
    gate.greeted(connection(other, member))
    gate.limited(connection(one, stranger), false)
    assert.equal(await enter(gate, raw('192.0.2.1'), stranger), true)
    for (const [from, who] of [[one, stranger], [other, member]] as const) gate.limited(connection(from, who), true)
    assert.equal(await enter(gate, raw('203.0.113.1'), stranger), false)
    assert.equal(await enter(gate, raw('198.51.100.1'), member), true)
    assert.deepEqual(gate.refused, { LIMIT: 3, BARRED: 1 })
  })

  it('lets members through whose address they share with one that was refused', async () => {
    const [member, bad] = [await peer(), await peer()]
    const gate = new ConnectionGater({ isMember: (id) => id === member.toString() })
    const first = raw()
    assert.equal(await enter(gate, first, member), true)
    gate.greeted(connection(first, member))
    const second = raw()
    assert.equal(await enter(gate, second, bad), true)
    gate.bar(connection(second, bad), 'refused')
    assert.equal(await enter(gate, raw(), await peer()), false)
    assert.equal(await enter(gate, raw(), member), true)
  })

  it('bars nobody for the address of this machine', async () => {
    for (const ip of ['127.0.0.1', '::1']) {
      const gate = new ConnectionGater()
      const bad = await peer()
      const first = raw(ip)
      assert.equal(await enter(gate, first, bad), true)
      gate.bar(connection(first, bad), 'refused')
      assert.equal(await enter(gate, raw(ip), bad), false)
      assert.equal(await enter(gate, raw(ip), await peer()), true)
    }
  })

  it('lets so many connections a second of a network come where no turnstile did, and more where a member came from', async () => {
    const clock = new FakeClock()
    const gate = new ConnectionGater({ clock, isMember: (id) => id === member.toString() })
    const member = await peer()
    const known = raw('192.0.2.200')
    assert.ok(await enter(gate, known, member))
    gate.greeted(connection(known, member))
    const denied = (ip: string): unknown => gate.denyInboundConnection(raw(ip).conn)
    for (let n = 1; n < NETWORK_CONNECTIONS; n++) assert.equal(denied(`192.0.2.${n % 100}`), false)
    assert.equal(denied('192.0.2.101'), true)
    assert.equal(denied('192.0.3.1'), false)
    for (let n = 0; n < MEMBER_CONNECTIONS; n++) assert.equal(denied('192.0.2.200'), false)
    assert.equal(denied('192.0.2.200'), true)
    clock.advanceBy(1_000)
    for (let n = 0; n < NETWORK_CONNECTIONS_PER_SECOND; n++) assert.equal(denied('192.0.2.102'), false)
    assert.equal(denied('192.0.2.102'), true)
    assert.equal(gate.refused.CROWD, 3)
  })

  it('lets one more of a network that comes seldom in when those that come often used up what strangers have', () => {
    const gate = new ConnectionGater({ clock: new FakeClock() })
    const denied = (network: number): unknown => gate.denyInboundConnection(raw(`192.0.${network}.1`).conn)
    let networks = 0
    for (let left = STRANGERS_CONNECTIONS; left > 0; left -= NETWORK_CONNECTIONS) {
      networks++
      for (let n = 0; n < NETWORK_CONNECTIONS; n++) assert.equal(denied(networks), false)
    }
    const answers = Array.from({ length: RARE_CONNECTIONS + 1 }, () => denied(networks + 1))
    assert.deepEqual(answers, [...new Array<boolean>(RARE_CONNECTIONS).fill(false), true])
  })

  it('leaves half of the line to other networks when one used up what it has', async () => {
    const gate = new ConnectionGater({ clock: new FakeClock(), inLine: 4 })
    const [first, id] = [raw('192.0.2.1'), await peer()]
    assert.ok(await enter(gate, first, id))
    gate.shared(connection(first, id))?.store.take(NETWORK_BYTES - CONNECTION_COST_BYTES)
    for (const ip of ['192.0.2.2', '192.0.2.3']) void enter(gate, raw(ip), await peer())
    await settle()
    assert.equal(await enter(gate, raw('192.0.2.4'), await peer()), false)
    assert.deepEqual(gate.refused, { IN_LINE: 1 })
    assert.ok(await enter(gate, raw('192.0.3.1'), await peer()))
  })

  it('makes a stranger wait whose network used up what it has, and no member', async () => {
    const clock = new FakeClock()
    const member = await peer()
    const gate = new ConnectionGater({ clock, isMember: (id) => id === member.toString() })
    const [first, id] = [raw('192.0.2.1'), await peer()]
    assert.ok(await enter(gate, first, id))
    const shared = gate.shared(connection(first, id))
    assert.ok(shared?.store.take(NETWORK_BYTES - CONNECTION_COST_BYTES) === true)
    let entered = false
    const second = enter(gate, raw('192.0.2.2'), await peer()).then((let_) => { entered = let_ })
    await settle()
    assert.equal(entered, false)
    const known = raw('192.0.2.3')
    assert.ok(await enter(gate, known, member))
    assert.equal(gate.shared(connection(known, member)), undefined)
    assert.ok(await enter(gate, raw('192.0.3.1'), await peer()))
    await clock.advance(STRANGER_PLACE_MS)
    await second
    assert.equal(entered, true)
  })
})
