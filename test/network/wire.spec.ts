import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { heldBytes } from '../../protocols/framing/held-bytes.js'
import { DHT_PROTOCOL } from '../../src/network/kad.js'
import { bounded, MAX_AGREEING_BYTES, MAX_AGREEING_STREAMS, MAX_FRAME_BYTES, MAX_PINGS, MAX_STRANGER_UNSENT_BYTES, MAX_UNSENT_BYTES, MAX_UNSENT_FRAMES, MEMBER_STREAMS, STRANGER_BYTES, wireOf } from '../../src/network/wire.js'
import { targetOf } from '../hostile/attack/target.js'
import { data, FLAG, FRAME, header, noise1MiB, openStream, select, wire, type Wire } from '../hostile/attack/wire.js'
import { side, stopAll, until, type Side } from './hosts.js'

describe('wire: bounds of a connection below its protocols', () => {
  let life: AbortController
  let one: Side
  beforeEach(async () => {
    life = new AbortController()
    one = await side()
  })
  afterEach(async () => {
    life.abort()
    await stopAll()
    assert.equal(heldBytes.totalBytes, 0)
  })

  /** An attacker whose connection the node took up. @param greeted as if it were a member */
  async function attacker (greeted: boolean): Promise<Wire> {
    const on = await wire(targetOf(one.addresses[0] ?? ''), life.signal)
    const connection = await until(one, () => one.host.getConnections().find(({ remotePeer }) => remotePeer.equals(on.host.peerId)))
    if (greeted) wireOf(connection)?.greeted()
    return on
  }

  /** Sends until the node hangs up. */
  async function untilClosed (on: Wire, bytes: Uint8Array): Promise<void> {
    const over = on.closed()
    while (on.open) await on.send(bytes)
    await over
  }

  /** So many frames without data came back. */
  async function answers (on: Wire, count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      let bytes = 0
      on.stream.addEventListener('message', ({ data: { byteLength } }) => { if ((bytes += byteLength) >= count * 12) resolve() })
    })
  }

  for (const greeted of [false, true]) {
    describe(greeted ? 'of a member' : 'of a stranger', () => {
      it('a frame that is longer than a window ends it before its bytes come', async () => {
        const on = await attacker(greeted)
        await on.send(header(FRAME.data, 0, 1, MAX_FRAME_BYTES + 1))
        await on.closed()
        assert.equal(one.peers.refused.LIMIT, 1)
      })

      it('pings whose answers nobody reads end it', async () => {
        const on = await attacker(greeted)
        on.stopReading()
        await untilClosed(on, Buffer.concat(Array.from({ length: 1000 }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id))))
        assert.equal(one.peers.refused.LIMIT, 1)
      })

      it('more pings than a round trip takes to measure end it, though their answers are read', async () => {
        const on = await attacker(greeted)
        const pings = (count: number): Uint8Array => Buffer.concat(Array.from({ length: count }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id)))
        await on.send(pings(MAX_PINGS))
        await answers(on, MAX_PINGS)
        assert.ok(on.open)
        await untilClosed(on, pings(16))
        assert.equal(one.peers.refused.LIMIT, 1)
      })

      it('a frame in tiny pieces ends it', async () => {
        const on = await attacker(greeted)
        await on.send(header(FRAME.data, 0, 1, STRANGER_BYTES / 2))
        await untilClosed(on, Uint8Array.of(1))
        assert.ok((one.peers.refused.LIMIT ?? 0) > 0)
      })

      it('streams whose protocol is not agreed are reset beyond their number', async () => {
        const on = await attacker(greeted)
        await on.send(Buffer.concat(Array.from({ length: MAX_AGREEING_STREAMS + 3 }, (_, n) => header(FRAME.window, FLAG.syn, 2 * n + 1, 0))))
        await limits(3)
        assert.ok(on.open)
      })

      it('a stream on which too much comes before its protocol is agreed is reset', async () => {
        const on = await attacker(greeted)
        await on.send(Buffer.concat([header(FRAME.window, FLAG.syn, 1, 0), data(1, Buffer.from('\u0002x\n'.repeat(MAX_AGREEING_BYTES / 3 + 1)))]))
        await limits(1)
      })

      it('a stream on which more is asked than agreeing on a protocol takes is reset', async () => {
        const on = await attacker(greeted)
        await on.send(Buffer.concat([header(FRAME.window, FLAG.syn, 1, 0), data(1, Buffer.concat([select('/none'), Buffer.from('\u0003ls\n'.repeat(100))]))]))
        await limits(1)
        assert.ok(on.open)
      })
    })
  }

  /** Resolves once so many bounds were passed. */
  async function limits (count: number): Promise<void> {
    while ((one.peers.refused.LIMIT ?? 0) < count) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(one.peers.refused.LIMIT, count)
  }

  it('a connection on which more is asked before any encryption than a handshake takes is closed', async () => {
    const { ip, port } = targetOf(one.addresses[0] ?? '')
    for (const [asked, stays] of [[10, true], [100, false]] as const) {
      const socket = connect(port, ip)
      const closed = new Promise((resolve) => socket.on('close', resolve))
      socket.on('error', () => {})
      let answers = 0
      const answered = new Promise<void>((resolve) => socket.on('data', (bytes) => { if ((answers += bytes.toString().split('/noise').length - 1) >= asked) resolve() }))
      socket.write(Buffer.concat([select('/noise').subarray(0, 20), Buffer.from('\u0003ls\n'.repeat(asked))]))
      await (stays ? answered : closed)
      assert.equal(answers >= asked, stays)
      socket.destroy()
    }
  })

  it('a stranger that sends more than a hello needs is hung up on', async () => {
    const on = await attacker(false)
    await openStream(on, 1, DHT_PROTOCOL)
    await untilClosed(on, data(1, noise1MiB.subarray(0, 8 * 1024)))
    assert.ok((one.peers.refused.LIMIT ?? 0) > 0)
  })

  it('a member may send more than that, and is held back by its protocols', async () => {
    const on = await attacker(true)
    for (let n = 0; n < 2 * STRANGER_BYTES / 12 / 100; n++) await on.send(Buffer.concat(Array.from({ length: 100 }, () => header(FRAME.window, 0, 9, 1))))
    assert.ok(on.open)
    assert.equal(one.peers.refused.LIMIT, undefined)
  })

  it('a member that opens streams without end is hung up on', async () => {
    const on = await attacker(true)
    let stream = 1
    const opening = (): Uint8Array => Buffer.concat(Array.from({ length: 32 }, () => {
      stream += 2
      return Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), header(FRAME.window, FLAG.rst, stream, 0)])
    }))
    while (on.open) await on.send(opening())
    await on.closed()
    assert.ok(stream / 2 > MEMBER_STREAMS)
    assert.equal(one.peers.refused.LIMIT, 1)
  })

  it('what Yamux answers on a connection that is over is dropped', () => {
    const why: string[] = []
    const send = (): never => { throw new Error('Cannot write to a stream that is closed') }
    const muxer = bounded(() => ({ protocol: '/test', createStreamMuxer: () => ({ streams: [], onData: () => {}, send }) }) as never)().createStreamMuxer(Object.assign(new EventTarget(), { abort: (error: Error) => { why.push(error.message) }, writeBufferLength: 0 }) as never) as unknown as { send: (data: Uint8Array) => boolean }
    assert.equal(muxer.send(new Uint8Array(12)), false)
    assert.deepEqual(why, ['Cannot write to a stream that is closed'])
  })

  for (const [what, greeted, unsent, sends] of [
    ['too many frames', true, 12, MAX_UNSENT_FRAMES + 1], ['too many bytes to a stranger', false, MAX_STRANGER_UNSENT_BYTES + 1, 1], ['too many bytes to a member', true, MAX_UNSENT_BYTES + 1, 1]
  ] as const) {
    it(`answers that are not taken off the wire end it: ${what}`, () => {
      const why: string[] = []
      const below = Object.assign(new EventTarget(), { abort: (error: Error & { code?: string }) => { why.push(error.code ?? '') }, writeBufferLength: 0 })
      const muxer = bounded(() => ({ protocol: '/test', createStreamMuxer: () => ({ streams: [], onData: () => {}, send: () => true }) }) as never)().createStreamMuxer(below as never) as unknown as { streams: never[], send: (data: Uint8Array) => boolean }
      if (greeted) wireOf(muxer)?.greeted()
      // each time that all went out it begins anew
      for (const [frames, waits] of [[sends - 1, unsent], [1, 0], [sends - 1, unsent]] as const) {
        below.writeBufferLength = waits
        for (let n = 0; n < frames; n++) muxer.send(new Uint8Array(12))
      }
      assert.deepEqual(why, [])
      muxer.send(new Uint8Array(12))
      if (sends > 1) assert.deepEqual(why, ['LIMIT'])
      below.writeBufferLength = unsent
      muxer.send(new Uint8Array(12))
      assert.equal(why[0], 'LIMIT')
      below.dispatchEvent(new Event('close'))
    })
  }

  it('what is unread of a frame under way counts among what the streams of a peer hold', async () => {
    const on = await attacker(true)
    await on.send(Buffer.concat([header(FRAME.data, 0, 1, MAX_FRAME_BYTES), noise1MiB]))
    while (heldBytes.totalBytes < noise1MiB.length) await new Promise((resolve) => { setImmediate(resolve) })
    const over = on.closed()
    await on.host.stop()
    await over
  })
})
