/** libp2p's ping: asks as the package does, and answers 32 bytes at a time. The package's own answer keeps whatever comes until it can be sent. */
import { ping, type Ping } from '@libp2p/ping'
import { serviceCapabilities, type Startable, type Stream, type StreamMessageEvent } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import { systemClock, type Clock } from '../async/clock.js'

export const PING_PROTOCOL = '/ipfs/ping/1.0.0'
const PING_BYTES = 32
/** A stream on which nobody pinged for so long is reset. */
export const PING_IDLE_MS = 60_000
const MAX_STREAMS = 2

type PingComponents = Parameters<ReturnType<typeof ping>>[0]

/** The service. */
export function echo (clock: Clock = systemClock): (components: PingComponents) => Ping {
  return (components) => new Echo(components, clock)
}

class Echo implements Ping, Startable {
  readonly [serviceCapabilities] = ['@libp2p/ping']
  readonly #client: Ping

  constructor (private readonly components: PingComponents, private readonly clock: Clock) {
    this.#client = ping()(components)
  }

  async start (): Promise<void> {
    await this.components.registrar.handle(PING_PROTOCOL, (stream) => { answer(stream, this.clock) }, { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS })
  }

  async stop (): Promise<void> { await this.components.registrar.unhandle(PING_PROTOCOL) }

  async ping (...args: Parameters<Ping['ping']>): Promise<number> { return this.#client.ping(...args) }
}

/** Answers one ping after the other. More than one that waits for its answer, or for the answer to go out, resets the stream. */
export function answer (stream: Stream, clock: Clock): void {
  const coming = new Uint8Array(PING_BYTES)
  let filled = 0
  let cancel = (): void => {}
  const fail = (code: 'LIMIT' | 'TIMEOUT', text: string): void => { stream.abort(new ProtocolError(code, text)) }
  const watch = (): void => {
    cancel()
    cancel = clock.after(PING_IDLE_MS, () => { fail('TIMEOUT', 'nobody pings') })
  }
  stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
    if (filled + data.byteLength > PING_BYTES || stream.writeBufferLength > 0) return fail('LIMIT', 'a ping before the last one was answered')
    coming.set(data.subarray(), filled)
    filled += data.byteLength
    if (filled < PING_BYTES) return
    filled = 0
    watch()
    // what came may be read after the stream is over
    if (stream.writeStatus === 'writable') stream.send(coming.slice())
  })
  stream.addEventListener('remoteCloseWrite', () => { void stream.close().catch((error: unknown) => { stream.abort(error as Error) }) })
  stream.addEventListener('close', () => { cancel() }, { once: true })
  watch()
}
