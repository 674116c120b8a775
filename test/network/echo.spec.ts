import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { StreamCloseEvent, StreamMessageEvent, TypedEventEmitter } from '@libp2p/interface'
import type { Stream } from '@libp2p/interface'
import { answer, PING_IDLE_MS } from '../../src/network/echo.js'
import { FakeClock } from './fake-clock.js'
import { bare, stopAll } from './hosts.js'

class FakeStream extends TypedEventEmitter<{ message: StreamMessageEvent, close: StreamCloseEvent, remoteCloseWrite: Event }> {
  readonly sent: Uint8Array[] = []
  aborted: string | undefined
  closed = false
  writeBufferLength = 0
  writeStatus = 'writable'
  send (bytes: Uint8Array): boolean { this.sent.push(bytes); return true }
  abort (error: Error & { code?: string }): void { this.aborted ??= error.code; this.dispatchEvent(new StreamCloseEvent(true, error)) }
  async close (): Promise<void> { this.closed = true }
  come (...bytes: number[]): void { this.dispatchEvent(new StreamMessageEvent(Uint8Array.from(bytes))) }
}

const PING = Array.from({ length: 32 }, (_, n) => n)

describe('ping', () => {
  let clock: FakeClock
  let stream: FakeStream
  beforeEach(() => {
    clock = new FakeClock()
    stream = new FakeStream()
    answer(stream as unknown as Stream, clock)
  })
  afterEach(stopAll)

  it('answers 32 bytes, whole or in pieces, again and again, and closes when the other side does', () => {
    stream.come(...PING)
    for (const byte of PING) stream.come(byte)
    assert.deepEqual(stream.sent.map((bytes) => [...bytes]), [PING, PING])
    stream.dispatchEvent(new Event('remoteCloseWrite'))
    assert.deepEqual([stream.closed, stream.aborted], [true, undefined])
  })

  it('is reset by a second ping before the first was answered', () => {
    stream.come(...PING, 0)
    assert.deepEqual([stream.sent, stream.aborted], [[], 'LIMIT'])
  })

  it('is reset by a ping while the last answer cannot go out', () => {
    stream.come(...PING)
    stream.writeBufferLength = 32
    stream.come(...PING)
    assert.deepEqual([stream.sent.length, stream.aborted], [1, 'LIMIT'])
  })

  it('answers nothing on a stream that is over', () => {
    stream.writeStatus = 'closed'
    stream.come(...PING)
    assert.deepEqual([stream.sent, stream.aborted], [[], undefined])
  })

  it('is reset when nobody pings', async () => {
    await clock.advance(PING_IDLE_MS / 2)
    stream.come(...PING)
    await clock.advance(PING_IDLE_MS - 1)
    assert.equal(stream.aborted, undefined)
    await clock.advance(1)
    assert.equal(stream.aborted, 'TIMEOUT')
  })

  it('is answered between two hosts', async () => {
    const [one, other] = [await bare(), await bare()]
    const { ping } = one.services as unknown as { ping: { ping: (to: unknown) => Promise<number> } }
    assert.ok(await ping.ping(multiaddr(other.getMultiaddrs()[0]?.toString())) >= 0)
  })
})
