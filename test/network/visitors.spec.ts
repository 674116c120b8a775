import assert from 'node:assert/strict'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Visitor } from '../../src/network/peers.js'
import { MAX_VISITORS } from '../../src/network/visitors.js'
import { FakeClock } from './fake-clock.js'
import { bare, closed, HELLO, next, readByte, side, stopAll } from './hosts.js'
import type { Side } from './hosts.js'

const ECHO = '/test/echo/1.0.0'
const MEMBERS_ONLY = '/test/members/1.0.0'
let count = 0
const address = (): string => `/memory/visitors-${++count}`

async function echo (stream: Stream): Promise<void> {
  stream.send(Uint8Array.of(await readByte(stream) + 1))
  await stream.close()
}

async function ask (connection: Connection, protocol = ECHO): Promise<number> {
  const stream = await connection.newStream(protocol)
  const answer = readByte(stream)
  stream.send(Uint8Array.of(1))
  return answer
}

describe('visitors', () => {
  let a: Side
  let served: Visitor[]
  beforeEach(async () => {
    a = await side([address()])
    served = []
    await a.peers.handle(ECHO, echo, {
      maxInbound: 2,
      visitors: async (stream, visitor) => {
        served.push(visitor)
        await echo(stream)
      }
    })
    await a.peers.handle(MEMBERS_ONLY, echo, { maxInbound: 2 })
    a.greeter.visits = { link: '01', by: '02', root: 'r' }
  })
  afterEach(stopAll)

  /** Dials and finishes the hello of the test greeter. */
  async function visit (host?: Libp2p): Promise<Connection> {
    const connection = await (host ?? await bare([address()])).dial(a.host.getMultiaddrs(), { force: true })
    const stream = await connection.newStream(HELLO)
    stream.send(Uint8Array.of(1))
    await readByte(stream)
    await stream.close()
    return connection
  }

  it('are served what is open to them, and are no session, for nobody', async () => {
    const events: string[] = []
    for (const type of ['session:open', 'session:close', 'link:open'] as const) a.peers.addEventListener(type, () => { events.push(type) })
    const connection = await visit()
    assert.equal(await ask(connection), 2)
    assert.deepEqual(served.map(({ visits, peer }) => [visits.root, peer]), [['r', a.peers.visitors()[0]?.peer]])
    await assert.rejects(ask(connection, MEMBERS_ONLY))
    assert.equal(a.peers.refused.REFUSED, 1)
    const peer = a.peers.visitors()[0]?.peer ?? ''
    assert.deepEqual([a.peers.sessions(), a.peers.get(peer), events], [[], undefined, []])
    await assert.rejects(a.peers.open(peer, ECHO), { code: 'PEER_NOT_CONNECTED' })
    await connection.close()
  })

  it('say hello once', async () => {
    const connection = await visit()
    const stream = await connection.newStream(HELLO)
    stream.send(Uint8Array.of(1))
    await assert.rejects(readByte(stream))
    assert.equal(a.peers.refused.LIMIT, 1)
  })

  it('leave when their link ends, by the clock, with the streams that they have open', async () => {
    const wall = new FakeClock()
    a = await side([address()], { wall })
    const handled: Visitor[] = []
    await a.peers.handle(ECHO, echo, {
      maxInbound: 2,
      visitors: async (stream, visitor) => {
        handled.push(visitor)
        for (;;) stream.send(Uint8Array.of(await readByte(stream) + 1))
      }
    })
    a.greeter.visits = { link: '01', by: '02', root: 'r' }
    a.greeter.expires = new Date(wall.now() + 90_000)
    const connection = await visit()
    const stream = await connection.newStream(ECHO)
    const asked = async (): Promise<number> => {
      const answer = readByte(stream)
      stream.send(Uint8Array.of(1))
      return answer
    }
    assert.equal(await asked(), 2)
    await wall.advance(89_999)
    assert.deepEqual([await asked(), a.peers.visitors().length], [2, 1])
    const ended = assert.rejects(readByte(stream))
    await wall.advance(1)
    await ended
    await closed(connection)
    assert.equal((handled[0]?.signal.reason as { code?: string }).code, 'EXPIRED')
    assert.deepEqual([a.peers.visitors(), a.peers.refused.EXPIRED], [[], 1])
  })

  it('are served nothing when their link ended while the machine slept, before any timer says so', async () => {
    const wall = new FakeClock()
    a = await side([address()], { wall })
    let handled = 0
    await a.peers.handle(ECHO, echo, {
      maxInbound: 2,
      visitors: async (stream) => {
        handled++
        await echo(stream)
      }
    })
    a.greeter.visits = { link: '01', by: '02', root: 'r' }
    a.greeter.expires = new Date(wall.now() + 90_000)
    const connection = await visit()
    assert.equal(await ask(connection), 2)
    wall.advanceBy(90_000)
    await assert.rejects(ask(connection))
    assert.deepEqual([handled, a.peers.refused.REFUSED], [1, 1])
  })

  it('leave at once when they are expelled', async () => {
    const [kept, dropped] = [await visit(), await visit()]
    const peer = a.peers.visitors()[1]?.peer
    a.peers.expelVisitors((visitor) => visitor.peer === peer)
    await closed(dropped)
    assert.equal(await ask(kept), 2)
  })

  it('beyond their places: the one that has used no stream for longest goes', async () => {
    const first = await visit()
    const second = await visit()
    assert.equal(await ask(first), 2)
    const rest: Connection[] = []
    while (rest.length < MAX_VISITORS - 1) rest.push(await visit())
    await closed(second)
    assert.equal(await ask(first), 2)
    assert.equal(a.peers.visitors().length, MAX_VISITORS)
  })

  it('of one peer more connections than a member may have: the oldest goes', async () => {
    const host = await bare([address()])
    const [first, second, third] = [await visit(host), await visit(host), await visit(host)]
    await closed(first)
    assert.deepEqual([await ask(second), await ask(third)], [2, 2])
  })

  it('members come and go beside them', async () => {
    const connection = await visit()
    delete a.greeter.visits
    const b = await side([address()])
    const opened = next(a.peers, 'session:open')
    await b.peers.connect(a.addresses)
    assert.equal((await opened).peer, b.id)
    assert.deepEqual(a.peers.sessions().map(({ peer }) => peer), [b.id])
    assert.equal(await ask(connection), 2)
  })
})
