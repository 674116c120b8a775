import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import type { Session } from '../../src/network/peers.js'
import { FakeClock } from './fake-clock.js'
import { bare, closed, HELLO, next, readByte, side, stopAll, TCP, until } from './hosts.js'
import type { Side } from './hosts.js'

const ECHO = '/test/echo/1.0.0'

/** Answers each first byte with itself plus one. */
async function echo (stream: Stream): Promise<void> {
  stream.send(Uint8Array.of(await readByte(stream) + 1))
  await stream.close()
}

async function ask (stream: Stream, byte: number): Promise<number> {
  const answer = readByte(stream)
  stream.send(Uint8Array.of(byte))
  return answer
}

for (const [transport, listen] of [['memory', ['/memory/peers-a']], ['tcp', TCP]] as const) {
  describe(`peers over ${transport}`, () => {
    let a: Side
    let b: Side
    beforeEach(async () => {
      a = await side([...listen], { reconnectMinMs: 1 })
      b = await side(transport === 'tcp' ? TCP : ['/memory/peers-b'])
    })
    afterEach(stopAll)

    it('greets what it dialled, and both sides have a session', async () => {
      const incoming = next(b.peers, 'session:open')
      const session = await a.peers.connect(b.addresses)
      assert.equal(session.peer, b.id)
      assert.equal(session.direction, 'outbound')
      assert.equal(session.role, 'write')
      assert.equal((await incoming).peer, a.id)
      assert.equal((await incoming).direction, 'inbound')
      assert.deepEqual(a.peers.sessions().map(({ peer }) => peer), [b.id])
      assert.equal(a.peers.get(b.id), session)
      assert.equal(a.peers.get(a.id), undefined)
      assert.equal(a.greeter.dialled + b.greeter.dialled, 1)
    })

    it('carries streams both ways over one connection', async () => {
      await a.peers.handle(ECHO, echo, { maxInbound: 2 })
      await b.peers.handle(ECHO, async (stream, session) => {
        assert.equal(session.peer, a.id)
        await echo(stream)
      }, { maxInbound: 2 })
      const incoming = next(b.peers, 'session:open')
      await a.peers.connect(b.addresses)
      await incoming
      assert.equal(await ask(await a.peers.open(b.id, ECHO), 7), 8)
      assert.equal(await ask(await b.peers.open(a.id, ECHO), 9), 10)
      assert.equal(a.host.getConnections().length, 1)
    })

    it('refuses a hello that is of another peer than the one that the connection proved', async () => {
      a.greeter.takesFor = peerOfNobody
      await assert.rejects(a.peers.connect(b.addresses), { code: 'REFUSED' })
      assert.equal(a.peers.get(peerOfNobody), undefined)
      assert.deepEqual(a.peers.sessions(), [])
    })

    it('lets a stream that came before the end of the hello wait for it', async () => {
      let release: (() => void) | undefined
      b.greeter.hold = new Promise<void>((resolve) => { release = resolve })
      await b.peers.handle(ECHO, echo, { maxInbound: 2 })
      const connection = await a.host.dial(b.host.getMultiaddrs())
      const stream = await connection.newStream(ECHO)
      const answer = ask(stream, 1)
      assert.equal(b.peers.sessions().length, 0)
      release?.()
      assert.equal(await answer, 2)
    })

    it('dials again although the wall clock was set back by a year', async () => {
      const { now } = Date
      try {
        const opened = next(a.peers, 'session:open')
        a.peers.keep(() => b.addresses)
        await opened
        const ended = next(a.peers, 'session:close')
        await b.peers.drop(a.id)
        await ended
        const again = next(a.peers, 'session:open')
        Date.now = () => now() - 365 * 24 * 3600e3
        assert.equal((await again).peer, b.id)
      } finally {
        Date.now = now
      }
    })

    it('aborts the session signal and says so when the connection closes', async () => {
      const incoming = next(b.peers, 'session:open')
      const session = await a.peers.connect(b.addresses)
      const other = await incoming
      const ends = [next(a.peers, 'session:close'), next(b.peers, 'session:close')]
      await a.peers.drop(b.id)
      assert.deepEqual((await Promise.all(ends)).map(({ peer }) => peer), [b.id, a.id])
      assert.equal(session.signal.aborted, true)
      assert.equal(other.signal.aborted, true)
      assert.equal(a.peers.get(b.id), undefined)
      await assert.rejects(a.peers.open(b.id, ECHO), { name: 'PeerNotConnectedError' })
    })

    it('has one session a peer when both dial at once', async () => {
      const opened: Session[] = []
      a.peers.addEventListener('session:open', (event) => { opened.push(event.detail) })
      const [left, right] = await Promise.all([a.peers.connect(b.addresses), b.peers.connect(a.addresses)])
      assert.equal(left.peer, b.id)
      assert.equal(right.peer, a.id)
      assert.equal(a.peers.sessions().length, 1)
      assert.equal(b.peers.sessions().length, 1)
      assert.equal(opened.length, 1)
      await a.peers.handle(ECHO, echo, { maxInbound: 2 })
      await b.peers.handle(ECHO, echo, { maxInbound: 2 })
      assert.equal(await ask(await a.peers.open(b.id, ECHO), 1), 2)
      assert.equal(await ask(await b.peers.open(a.id, ECHO), 3), 4)
    })

    it('goes on with the second connection when the first closes', async () => {
      const second = await Promise.all([a.peers.connect(b.addresses), b.host.dial(a.host.getMultiaddrs(), { force: true })]).then(([, connection]) => connection)
      const first = a.peers.get(b.id)
      assert.ok(first !== undefined)
      await until(a, () => a.host.getConnections().length === 2 && second.status === 'open')
      const closing = next(a.peers, 'session:close')
      const opening = next(a.peers, 'session:open')
      // the second hello may be under way: the session passes on when it is done
      first.connection.abort(new Error('test'))
      assert.equal((await closing).connection.id, first.connection.id)
      const after = await opening
      assert.notEqual(after.connection.id, first.connection.id)
      assert.equal(a.peers.get(b.id), after)
    })

    it('takes a peer that dials again by its new connection, and closes the old one', async () => {
      await a.peers.connect(b.addresses)
      const old = await until(b, () => b.peers.get(a.id))
      const gone = closed(old.connection)
      const opening = next(b.peers, 'session:open')
      const again = await a.host.dial(b.host.getMultiaddrs(), { force: true })
      await gone
      assert.equal((await opening).connection.remotePeer.toString(), a.id)
      assert.equal(again.status, 'open')
      assert.equal(b.peers.sessions().length, 1)
    })

    it('keeps a session with a peer that comes and goes', async () => {
      const opening = next(a.peers, 'session:open')
      a.peers.keep(() => b.addresses)
      const first = await opening
      const again = next(a.peers, 'session:open')
      await b.peers.drop(a.id)
      assert.notEqual((await again).connection.id, first.connection.id)
      assert.equal(a.peers.get(b.id)?.peer, b.id)
    })

    it('refuses streams and the connection of a peer whose hello is refused', async () => {
      b.greeter.refuse = 'REFUSED'
      let served = false
      await b.peers.handle(ECHO, async () => { served = true }, { maxInbound: 2 })
      await assert.rejects(a.peers.connect(b.addresses), { name: 'ProtocolError', code: 'REFUSED' })
      await until(b, () => b.host.getConnections().length === 0)
      assert.equal(served, false)
      assert.equal(b.peers.refused.REFUSED, 1)
      assert.equal(a.peers.sessions().length, 0)
      b.greeter.refuse = undefined
      await assert.rejects(a.peers.connect(b.addresses))
      assert.equal(b.peers.refused.BARRED, 1)
    })

    it('lets nobody in for an honest mistake, but lets it come again', async () => {
      b.greeter.refuse = 'EXPIRED'
      await assert.rejects(a.peers.connect(b.addresses), { code: 'REFUSED' })
      b.greeter.refuse = undefined
      await until(b, () => b.host.getConnections().length === 0)
      assert.equal((await a.peers.connect(b.addresses)).peer, b.id)
    })
  })
}

const peerOfNobody = '12D3KooWFXhPvdCydThFQrwA3paqBQDrxk2f37PJV7Wr7MXpmUwL'

describe('peers, limits', () => {
  afterEach(stopAll)

  it('serves a bare peer nothing, and closes it after the time for the hello', async () => {
    const b = await side(TCP, { helloMs: 200, helloWaitMs: 50 })
    let served = false
    await b.peers.handle(ECHO, async () => { served = true }, { maxInbound: 2 })
    const stranger = await bare([])
    const connection = await stranger.dial(b.host.getMultiaddrs())
    const stream = await connection.newStream(ECHO)
    await assert.rejects(ask(stream, 1))
    await closed(connection)
    assert.equal(served, false)
    assert.equal(b.peers.refused.REFUSED, 1)
  })

  it('takes one hello a connection', async () => {
    const b = await side()
    let release: (() => void) | undefined
    b.greeter.hold = new Promise<void>((resolve) => { release = resolve })
    const stranger = await bare([])
    const connection = await stranger.dial(b.host.getMultiaddrs())
    const first = ask(await connection.newStream(HELLO), 1)
    await assert.rejects((async () => ask(await connection.newStream(HELLO), 1))())
    release?.()
    assert.equal(await first, 1)
  })

  it('holds no more waiting streams than agreed', async () => {
    const b = await side(TCP, { waitingStreamsPerConnection: 2 })
    await b.peers.handle(ECHO, echo, { maxInbound: 8 })
    const stranger = await bare([])
    const connection = await stranger.dial(b.host.getMultiaddrs())
    const streams = await Promise.all([1, 2, 3].map(async () => connection.newStream(ECHO)))
    const answers = streams.map(async (stream) => ask(stream, 1))
    await assert.rejects(Promise.any(answers.map(async (answer) => answer.then(() => { throw new Error('answered') }, () => 'refused'))).then((first) => { throw new Error(first) }), { message: 'refused' })
    const hello = await ask(await connection.newStream(HELLO), 1)
    assert.equal(hello, 1)
    const results = await Promise.allSettled(answers)
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
    assert.equal(b.peers.refused.REFUSED, 1)
  })

  it('counts inbound streams of a protocol a peer', async () => {
    const [a, b] = [await side(), await side()]
    const held: Stream[] = []
    let release: (() => void) | undefined
    const hold = new Promise<void>((resolve) => { release = resolve })
    await b.peers.handle(ECHO, async (stream) => {
      held.push(stream)
      await hold
      await echo(stream)
    }, { maxInbound: 2 })
    await a.peers.connect(b.addresses)
    const streams = await Promise.all([1, 2, 3].map(async () => a.peers.open(b.id, ECHO)))
    const answers = streams.map(async (stream) => ask(stream, 1))
    await assert.rejects(Promise.race(answers))
    release?.()
    const results = await Promise.allSettled(answers)
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
    assert.equal(held.length, 2)
    assert.equal(b.peers.refused.LIMIT, 1)
    assert.equal(await ask(await a.peers.open(b.id, ECHO), 4), 5)
  })

  it('ends the session whose right has expired, with its streams of both directions, and a member that is expelled', async () => {
    const wall = new FakeClock()
    const a = await side()
    const b = await side(TCP, { wall })
    b.greeter.expires = new Date(wall.now() + 90_000)
    const forEver = async (stream: Stream): Promise<void> => { await new Promise((resolve) => { stream.addEventListener('close', resolve, { once: true }) }) }
    await Promise.all([a, b].map(({ peers }) => peers.handle(ECHO, forEver, { maxInbound: 2 })))
    const session = await a.peers.connect(b.addresses)
    await until(b, () => b.peers.get(a.id) !== undefined)
    const own = b.peers.get(a.id)
    const streams = [await a.peers.open(b.id, ECHO), await b.peers.open(a.id, ECHO)]
    await wall.advance(89_999)
    assert.deepEqual(streams.map(({ status }) => status), ['open', 'open'])
    await wall.advance(1)
    await closed(session.connection)
    assert.deepEqual([streams.map(({ status }) => status === 'open'), own?.signal.aborted, b.peers.get(a.id)], [[false, false], true, undefined])
    assert.equal(b.peers.refused.EXPIRED, 1)

    delete b.greeter.expires
    const again = await a.peers.connect(b.addresses)
    await until(b, () => b.peers.get(a.id) !== undefined)
    const stream = await a.peers.open(b.id, ECHO)
    b.peers.expel(a.id)
    await closed(again.connection)
    assert.notEqual(stream.status, 'open')
  })

  it('serves no stream to a session whose right has expired while the machine slept, before any timer says so', async () => {
    const wall = new FakeClock()
    const a = await side()
    const b = await side(TCP, { wall })
    b.greeter.expires = new Date(wall.now() + 90_000)
    let served = 0
    await b.peers.handle(ECHO, async (stream) => {
      served++
      await echo(stream)
    }, { maxInbound: 2 })
    await a.peers.connect(b.addresses)
    assert.equal(await ask(await a.peers.open(b.id, ECHO), 1), 2)
    wall.advanceBy(90_000)
    await assert.rejects((async () => ask(await a.peers.open(b.id, ECHO), 1))())
    assert.deepEqual([served, b.peers.refused.REFUSED], [1, 1])
  })

  it('aborts the stream of a handler that throws', async () => {
    const [a, b] = [await side(), await side()]
    await b.peers.handle(ECHO, async () => { throw new Error('test') }, { maxInbound: 2 })
    await a.peers.connect(b.addresses)
    await assert.rejects(ask(await a.peers.open(b.id, ECHO), 1))
    assert.equal(a.peers.sessions().length, 1)
  })

  it('connects 50 members behind one address at once', async function () {
    this.timeout(60_000)
    const b = await side()
    const members = await Promise.all(Array.from({ length: 50 }, async () => side([])))
    const sessions = await Promise.all(members.map(async ({ peers }) => peers.connect(b.addresses)))
    assert.equal(new Set(sessions.map(({ connection }) => connection.id)).size, 50)
    await until(b, () => b.peers.sessions().length === 50)
    assert.deepEqual(b.peers.refused, {})
  })

  it('counts the bytes of a session', async () => {
    const [a, b] = [await side(), await side()]
    const session = await a.peers.connect(b.addresses)
    assert.ok(session.bytesSent > 0)
    assert.ok(session.bytesReceived > 0)
  })
})
