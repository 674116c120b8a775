import assert from 'node:assert/strict'
import { StreamCloseEvent, TypedEventEmitter } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { Gate } from '../../src/network/gate.js'
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
async function enter (gate: Gate, { conn }: { conn: MultiaddrConnection }, id: PeerId): Promise<boolean> {
  return !await gate.denyInboundConnection(conn) && !gate.denyInboundEncryptedConnection(id, conn)
}

describe('gate', () => {
  it('makes room for members by strangers first, then by visitors, and trusts no address of those', async () => {
    const gate = new Gate({ connections: 3, refusedMs: 1000, isMember: (who) => members.has(who) })
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
    assert.equal(await gate.denyInboundConnection(raw('192.0.2.1').conn), true)
  })

  it('lets what is beyond the share of an address wait until one of its connections is greeted', async () => {
    const gate = new Gate({ withoutHelloPerAddress: 2 })
    const [a, b, c, d] = [raw(), raw(), raw(), raw()]
    const id = await peer()
    assert.equal(await enter(gate, a, id), true)
    assert.equal(await enter(gate, b, await peer()), true)
    const answers: string[] = []
    const third = gate.denyInboundConnection(c.conn).then((denied) => { answers.push(`c ${denied}`) })
    const fourth = gate.denyInboundConnection(d.conn).then((denied) => { answers.push(`d ${denied}`) })
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
    const gate = new Gate({ withoutHelloPerAddress: 1, inLine: 0 })
    assert.equal(await enter(gate, raw('2001:db8:0:1::1'), await peer()), true)
    assert.equal(await enter(gate, raw('2001:db8::1:ffff:0:0:1'), await peer()), false)
    assert.equal(await enter(gate, raw('2001:db8:0:2::1'), await peer()), true)
    assert.deepEqual(gate.refused, { IN_LINE: 1 })
  })

  it('forgets a connection that closes in line', async () => {
    const gate = new Gate({ withoutHelloPerAddress: 1, inLine: 1 })
    const first = raw()
    assert.equal(await enter(gate, first, await peer()), true)
    const second = raw()
    const answer = gate.denyInboundConnection(second.conn)
    assert.equal(await gate.denyInboundConnection(raw().conn), true)
    second.fake.abort(new Error('gone'))
    assert.equal(await answer, true)
    const third = gate.denyInboundConnection(raw().conn)
    first.fake.abort(new Error('gone'))
    assert.equal(await third, false)
  })

  it('refuses strangers beyond the limit, and sends the oldest away for a member', async () => {
    const member = await peer()
    const gate = new Gate({ withoutHello: 2, isMember: (id) => id === member.toString() })
    const strangers = [raw('192.0.2.1'), raw('192.0.2.2')]
    for (const stranger of strangers) assert.equal(await enter(gate, stranger, await peer()), true)
    const late = raw('192.0.2.3')
    assert.equal(await enter(gate, late, await peer()), false)
    late.fake.abort(new Error('denied'))
    assert.equal(await enter(gate, raw('192.0.2.4'), member), true)
    assert.deepEqual(strangers.map(({ fake }) => fake.status), ['aborted', 'open'])
  })

  it('keeps the total, and sends strangers away before it refuses', async () => {
    const gate = new Gate({ connections: 2 })
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
    const gate = new Gate({ perPeer: 2 })
    const id = await peer()
    for (const expected of [true, true, true, false]) assert.equal(await enter(gate, raw(), id), expected)
    assert.equal(gate.refused.PEER_CONNECTIONS, 1)
  })

  for (const [why, ms] of [['refused', 60_000], ['forged', 3600_000]] as const) {
    it(`keeps a peer and its address out for ${ms / 1000} s when its hello was ${why}`, async () => {
      const clock = new FakeClock()
      const gate = new Gate({ clock })
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

  it('lets members through whose address they share with one that was refused', async () => {
    const [member, bad] = [await peer(), await peer()]
    const gate = new Gate({ isMember: (id) => id === member.toString() })
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
      const gate = new Gate()
      const bad = await peer()
      const first = raw(ip)
      assert.equal(await enter(gate, first, bad), true)
      gate.bar(connection(first, bad), 'refused')
      assert.equal(await enter(gate, raw(ip), bad), false)
      assert.equal(await enter(gate, raw(ip), await peer()), true)
    }
  })
})
