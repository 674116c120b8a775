import assert from 'node:assert/strict'
import { Uint8ArrayList } from 'uint8arraylist'
import { StreamMessageEvent, TypedEventEmitter } from '@libp2p/interface'
import type { Connection, Stream } from '@libp2p/interface'
import { Calls, DHT_CALLS, DHT_CALLS_PER_PEER, DHT_CALLS_PER_PEER_PER_SECOND, MAX_DHT_MESSAGE_BYTES } from '../../src/network/kad.js'
import { framed } from '../hostile/attack/wire.js'
import { FakeClock } from './fake-clock.js'

class FakeStream extends TypedEventEmitter<{ message: StreamMessageEvent }> {
  code: string | undefined
  abort (error: Error & { code?: string }): void { this.code ??= error.code }
}

describe('calls of the DHT', () => {
  let clock: FakeClock
  let calls: Calls
  let handled: number
  beforeEach(() => {
    clock = new FakeClock()
    calls = new Calls(clock)
    handled = 0
  })

  function stream (peer: string): FakeStream {
    const opened = new FakeStream()
    void calls.handler(() => { handled++ })(opened as unknown as Stream, { remotePeer: { toString: () => peer } } as unknown as Connection)
    return opened
  }

  /** The code with which the stream was reset. */
  function send (peer: string, bytes: Uint8Array | Uint8ArrayList, on = stream(peer)): string | undefined {
    on.dispatchEvent(new StreamMessageEvent(bytes))
    return on.code
  }

  const message = framed(new Uint8Array(40))

  it('go through whole, in pieces and several at once', () => {
    assert.equal(send('a', message), undefined)
    const on = stream('a')
    for (const byte of message) send('a', Uint8Array.of(byte), on)
    assert.equal(send('a', new Uint8ArrayList(message, message, message.subarray(0, 7)), on), undefined)
    assert.equal(handled, 2)
  })

  it('that are too long, or whose length does not end, reset their stream', () => {
    assert.equal(send('a', framed(new Uint8Array(MAX_DHT_MESSAGE_BYTES))), undefined)
    assert.equal(send('a', framed(new Uint8Array(MAX_DHT_MESSAGE_BYTES + 1)).subarray(0, 3)), 'LIMIT')
    assert.equal(send('a', new Uint8Array(9).fill(0xff)), 'MALFORMED')
  })

  it('are so many a peer, and in a second, whatever streams they come on', () => {
    for (let n = 0; n < DHT_CALLS_PER_PEER; n++) assert.equal(send('a', message), undefined)
    assert.equal(send('a', message), 'LIMIT')
    assert.equal(send('b', message), undefined)
    clock.advanceBy(1000)
    assert.equal(send('a', Buffer.concat(Array.from({ length: DHT_CALLS_PER_PEER_PER_SECOND }, () => message))), undefined)
    assert.equal(send('a', message), 'LIMIT')
  })

  it('are so many of all peers together', () => {
    for (let n = 0; n < DHT_CALLS; n++) assert.equal(send(`peer ${n}`, message), undefined)
    assert.equal(send('one more', message), 'LIMIT')
  })
})
