/**
 * The DHT as others may use it. The package answers every message of any length that comes, as many as come, each with a look
 * at all that is stored; here a message is short, and a peer, and all of them together, have so many a second.
 */
import type { kadDHT } from '@libp2p/kad-dht'
import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import { Allowance } from './allowance.js'
import { Allowances } from './allowances.js'
import { steadyClock, type Clock } from '../async/clock.js'

/** Of this project alone: what speaks it stores and finds nothing of other networks. */
export const DHT_PROTOCOL = '/dfs/kad/1.0.0'
/** A question is a key; what somebody provides comes with its addresses. */
export const MAX_DHT_MESSAGE_BYTES = 4 * 1024
/** An answer names up to 20 peers that are closer, and MAX_PROVIDERS_PER_KEY providers, each with its addresses. */
export const MAX_DHT_ANSWER_BYTES = 32 * 1024
export const MAX_DHT_STREAMS = 8
/** Messages. A table that is looked through anew asks one peer some thirty times, every five minutes. */
export const DHT_CALLS_PER_PEER = 64
export const DHT_CALLS_PER_PEER_PER_SECOND = 2
export const DHT_CALLS = 256
export const DHT_CALLS_PER_SECOND = 32
const MAX_LENGTH_BITS = 28

type Components = Parameters<ReturnType<typeof kadDHT>>[0]

/** The components of the host, with a registrar that hands streams of the DHT on only within the bounds. */
export function boundedCalls (components: Components, calls: Calls): Components {
  const registrar = replaced(components.registrar, 'handle', (protocol: string, handler: StreamHandler, ...rest: unknown[]) =>
    (components.registrar.handle as (...args: unknown[]) => Promise<void>)(protocol, calls.handler(handler), ...rest))
  return new Proxy(components, { get: (target, name) => name === 'registrar' ? registrar : Reflect.get(target, name) as unknown })
}

function replaced<T extends object> (of: T, method: keyof T, by: unknown): T {
  return new Proxy(of, {
    get: (target, name) => {
      const value: unknown = name === method ? by : Reflect.get(target, name)
      return typeof value === 'function' && name !== method ? value.bind(target) as unknown : value
    }
  })
}

export class Calls {
  readonly #all: Allowance
  readonly #peers: Allowances

  constructor (clock: Pick<Clock, 'now'> = steadyClock) {
    this.#peers = new Allowances({ most: DHT_CALLS_PER_PEER, perSecond: DHT_CALLS_PER_PEER_PER_SECOND, clock })
    this.#all = new Allowance({ most: DHT_CALLS, perSecond: DHT_CALLS_PER_SECOND, clock })
  }

  handler (inner: StreamHandler): StreamHandler {
    return (stream: Stream, connection: Connection) => {
      const peer = connection.remotePeer.toString()
      // before the handler's own listener, so that what is too much is reset before it is looked at
      const lengths = new Lengths((bytes) => {
        if (bytes > MAX_DHT_MESSAGE_BYTES) throw new ProtocolError('LIMIT', `a message of ${bytes} bytes`)
        if (!this.#take(peer)) throw new ProtocolError('LIMIT', 'too many messages')
      })
      stream.addEventListener('message', ({ data }) => {
        try {
          for (const piece of data instanceof Uint8Array ? [data] : data) lengths.push(piece)
        } catch (error) {
          stream.abort(error as Error)
        }
      })
      return inner(stream, connection)
    }
  }

  #take (peer: string): boolean {
    return this.#peers.of(peer).take(1) && this.#all.take(1)
  }
}

/** Tells the length of each message, an unsigned varint before it, as its bytes pass by. */
class Lengths {
  #left = 0
  #length = 0
  #bits = 0

  constructor (private readonly onMessage: (bytes: number) => void) {}

  push (piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      const skipped = Math.min(this.#left, piece.length - at)
      this.#left -= skipped
      at += skipped
      if (at < piece.length) this.#byte(piece[at++] ?? 0)
    }
  }

  #byte (byte: number): void {
    this.#length += (byte & 0x7f) * 2 ** this.#bits
    this.#bits += 7
    if (this.#bits > MAX_LENGTH_BITS) throw new ProtocolError('MALFORMED', 'a length that does not end')
    if (byte >= 0x80) return
    this.#left = this.#length
    this.#length = this.#bits = 0
    this.onMessage(this.#left)
  }
}
