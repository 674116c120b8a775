import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { Channel } from '../../../protocols/framing/channel.js'
import { MAX_QUEUED_BYTES } from '../../../protocols/framing/limits.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'

const MIB = 1024 * 1024
const SOON_MS = 20
const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill)

/** Resolves when the stream has ended, with its state. */
async function ended (stream: Stream): Promise<string> {
  if (stream.status === 'open' || stream.status === 'closing') await new Promise((resolve) => { stream.addEventListener('close', resolve, { once: true }) })
  return stream.status
}

/** Lets everything that is under way in memory arrive. */
async function settled (): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve) })
}

describe('framing: channel', () => {
  it('carries messages in order, with and without data, and closes on both sides', async () => {
    const [a, b] = await streamPair()
    const [out, into] = [new Channel(a), new Channel(b)]
    await Promise.all([out.write(bytes(0)), out.write(bytes(3, 1)), out.write(bytes(2, 2), bytes(MIB, 3)), out.write(bytes(4, 4))])
    assert.deepEqual(await into.read(), bytes(0))
    assert.deepEqual(await into.read(), bytes(3, 1))
    const third = await into.read()
    assert.equal(third?.length, MIB + 2)
    assert.deepEqual([third[1], third[2], third[MIB + 1]], [2, 3, 3])
    assert.deepEqual(await into.read(), bytes(4, 4))
    await out.close()
    assert.equal(await into.read(), undefined)
    await into.write(bytes(1))
    await into.close()
    assert.deepEqual(await out.read(), bytes(1))
    assert.equal(await out.read(), undefined)
    assert.deepEqual([await ended(a), await ended(b)], ['closed', 'closed'])
    assert.deepEqual([out.closed, into.closed], [true, true])
  })

  it('reads frames whose bytes come one by one', async () => {
    const [a, b] = gatedPair()
    const into = new Channel(b)
    for (const byte of [3, 1, 2, 3, 0, 1, 9]) a.send(Uint8Array.of(byte))
    assert.deepEqual(await into.read(), Uint8Array.of(1, 2, 3))
    assert.deepEqual(await into.read(), new Uint8Array(0))
    assert.deepEqual(await into.read(), Uint8Array.of(9))
  })

  it('reads what came, and that the remote closed, before it was made', async () => {
    const [a, b] = gatedPair()
    a.send(Uint8Array.of(1, 5))
    await a.close()
    await settled()
    const into = new Channel(b)
    assert.deepEqual(await into.read(), Uint8Array.of(5))
    assert.equal(await into.read(), undefined)
  })

  it('sends what was written in one turn as one piece', async () => {
    const [a, b] = gatedPair()
    const pieces: number[] = []
    b.addEventListener('message', ({ data }) => pieces.push(data.byteLength))
    const out = new Channel(a)
    await Promise.all([out.write(bytes(1)), out.write(bytes(2)), out.write(bytes(3))])
    await settled()
    assert.deepEqual(pieces, [9])
  })

  describe('a stalled reader', () => {
    it('costs no more than one message above the bound, and a write goes on when it reads again', async () => {
      const [a, b] = gatedPair()
      b.addEventListener('message', () => { /* somebody takes the bytes once they may come */ })
      a.window = 0
      const out = new Channel(a)
      let writes = 0
      const writing = (async () => {
        for (; writes < 10; writes++) await out.write(bytes(1), bytes(MIB))
      })()
      await settled()
      assert.equal(writes, 0)
      assert.ok(a.writeBufferLength <= MIB + 5)
      for (let granted = 0; granted < 10 * (MIB + 5); granted += MIB / 4) {
        a.grant(MIB / 4)
        await settled()
        assert.ok(a.writeBufferLength <= MAX_QUEUED_BYTES + MIB + 5)
      }
      await writing
      assert.equal(writes, 10)
    })

    it('that never reads again ends the write with TIMEOUT and resets the stream', async () => {
      const [a, b] = gatedPair()
      a.window = 0
      const out = new Channel(a)
      await assert.rejects(out.write(bytes(1), bytes(MIB), { inactivityMs: SOON_MS }), withCode('TIMEOUT'))
      assert.deepEqual([await ended(a), await ended(b)], ['aborted', 'reset'])
      assert.equal(a.writeBufferLength, 0)
    })

    it('is not excused by the progress of other streams of its connection', async () => {
      const [a] = gatedPair()
      a.window = 0
      const out = new Channel(a)
      const drains = setInterval(() => { a.safeDispatchEvent('drain') }, 1)
      try {
        await assert.rejects(out.write(bytes(1), bytes(MIB), { inactivityMs: SOON_MS }), withCode('TIMEOUT'))
      } finally {
        clearInterval(drains)
      }
    })

    it('does not hold up close for ever', async () => {
      const [a] = gatedPair()
      a.window = 0
      const out = new Channel(a)
      out.write(bytes(1000)).catch(() => { /* the reset ends it, which close reports */ })
      await assert.rejects(out.close({ inactivityMs: SOON_MS }), withCode('TIMEOUT'))
      assert.equal(a.status, 'aborted')
    })
  })

  describe('a stalled writer', () => {
    it('ends a read with TIMEOUT and the stream with a reset', async () => {
      const [a, b] = await streamPair()
      const into = new Channel(b)
      await assert.rejects(into.read({ inactivityMs: SOON_MS }), withCode('TIMEOUT'))
      assert.deepEqual([await ended(b), await ended(a)], ['aborted', 'reset'])
    })

    it('in the middle of a message ends even a read that would wait for ever', async () => {
      const [a, b] = gatedPair()
      const into = new Channel(b, { inactivityMs: SOON_MS })
      a.send(Uint8Array.of(9, 1, 2))
      await assert.rejects(into.read({ inactivityMs: Infinity }), withCode('TIMEOUT'))
      assert.equal(b.status, 'aborted')
    })

    it('ends the stream when it owes something, though nobody reads', async () => {
      const [a, b] = gatedPair()
      const into = new Channel(b, { inactivityMs: SOON_MS })
      into.expecting = true
      assert.equal(await ended(a), 'reset')
      await assert.rejects(into.read(), withCode('TIMEOUT'))
    })
  })

  it('ends the stream with LIMIT when more comes unread than is allowed, and holds no more', async () => {
    const [a, b] = gatedPair()
    const into = new Channel(b, { maxBufferedBytes: 1000 })
    let most = 0
    b.addEventListener('message', () => { most = Math.max(most, into.bufferedBytes) })
    for (let i = 0; i < 100; i++) a.send(Uint8Array.of(99, ...bytes(99)))
    assert.equal(await ended(b), 'aborted')
    assert.equal(await ended(a), 'reset')
    assert.ok(most <= 1099)
    for (let i = 0; i < 11; i++) assert.equal((await into.read())?.length, 99)
    await assert.rejects(into.read(), withCode('LIMIT'))
  })

  it('ends the stream with LIMIT for a frame above the bound', async () => {
    const [a, b] = await streamPair()
    const into = new Channel(b, { maxMessageBytes: 100 })
    a.send(Uint8Array.of(101))
    await assert.rejects(into.read(), withCode('LIMIT'))
    assert.deepEqual([await ended(b), await ended(a)], ['aborted', 'reset'])
  })

  it('does not send a message above the bound, and the stream goes on', async () => {
    const [a, b] = await streamPair()
    const [out, into] = [new Channel(a, { maxMessageBytes: 100 }), new Channel(b)]
    await assert.rejects(out.write(bytes(50), bytes(51)), withCode('LIMIT'))
    await out.write(bytes(50), bytes(50))
    assert.equal((await into.read())?.length, 100)
  })

  it('ends the stream with MALFORMED for a bad length; frames before it are read', async () => {
    const [a, b] = await streamPair()
    const into = new Channel(b)
    a.send(Uint8Array.of(1, 5, 0x80, 0))
    assert.deepEqual(await into.read(), Uint8Array.of(5))
    await assert.rejects(into.read(), withCode('MALFORMED'))
    assert.equal(b.status, 'aborted')
  })

  it('is CLOSED when the remote closes in the middle of a message', async () => {
    const [a, b] = await streamPair()
    const into = new Channel(b)
    a.send(Uint8Array.of(5, 1))
    await a.close()
    await assert.rejects(into.read(), withCode('CLOSED'))
  })

  it('is CLOSED when the remote resets, for reads and writes', async () => {
    const [a, b] = gatedPair()
    const into = new Channel(b)
    b.window = 0
    const reading = assert.rejects(into.read(), withCode('CLOSED'))
    const writing = assert.rejects(into.write(bytes(1), bytes(MIB)), withCode('CLOSED'))
    a.send(Uint8Array.of(5, 1))
    a.abort(new Error('gone'))
    await Promise.all([reading, writing])
    await assert.rejects(into.write(bytes(1)), withCode('CLOSED'))
    assert.equal(b.status, 'reset')
    assert.equal(into.closed, true)
  })

  it('is CLOSED when the connection ends without a word', async () => {
    const [, b] = gatedPair()
    const into = new Channel(b)
    const reading = assert.rejects(into.read(), withCode('CLOSED'))
    b.onTransportClosed()
    await reading
  })

  it('ends a wait with the reason of the signal, and goes on', async () => {
    const [a, b] = gatedPair()
    const [out, into] = [new Channel(a), new Channel(b)]
    const controller = new AbortController()
    const reading = into.read({ signal: controller.signal })
    a.window = 0
    const writing = out.write(bytes(1), bytes(MIB), { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(reading, reason)
    await assert.rejects(writing, reason)
    a.grant(2 * MIB)
    assert.equal((await into.read())?.length, MIB + 1)
    await assert.rejects(into.read({ signal: controller.signal }), reason)
  })

  it('allows one read at a time', async () => {
    const [a, b] = gatedPair()
    const into = new Channel(b)
    const first = into.read()
    await assert.rejects(into.read(), { name: 'Error' })
    a.send(Uint8Array.of(1, 5))
    assert.deepEqual(await first, Uint8Array.of(5))
  })

  it('fails every wait with what abort was given; its last message goes out before the reset', async () => {
    const [a, b] = gatedPair()
    const [out, into] = [new Channel(a), new Channel(b)]
    const error = new ProtocolError('HASH_MISMATCH', 'wrong')
    const reading = assert.rejects(out.read(), error)
    out.abort(error, Uint8Array.of(1, 2, 3))
    await reading
    await assert.rejects(out.write(bytes(1)), error)
    assert.deepEqual(await into.read(), Uint8Array.of(1, 2, 3))
    await assert.rejects(into.read(), withCode('CLOSED'))
    assert.deepEqual([a.status, b.status], ['aborted', 'reset'])
  })

  it('takes nothing after close', async () => {
    const [a] = await streamPair()
    const out = new Channel(a)
    await out.close()
    await assert.rejects(out.write(bytes(1)), withCode('CLOSED'))
  })
})
