/**
 * A channel sends length-prefixed messages on a libp2p stream with bounded memory. Spec:
 * protocols/README.md, "Framing". No other file touches `send` and the message events of streams.
 * In libp2p 3 neither `pause`, `onDrain` nor the async iterator bounds memory (docs/decisions.md).
 * Each protocol therefore limits its sender by a credit, and the channel ends a stream that exceeds
 * its bound.
 */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { ProtocolError } from '../errors.js'
import { Assembler } from './assembler.js'
import { heldBytes, type Holder } from './held-bytes.js'
import { INACTIVITY_MS, MAX_BUFFERED_BYTES, MAX_MESSAGE_BYTES, MAX_QUEUED_BYTES, type ChannelOptions, type WaitOptions } from './limits.js'
import { prefixed } from './prefixed.js'
import { until, type UntilOptions, type Waiter } from './until.js'
import { Watchdog } from './watchdog.js'

/**
 * Queued messages of at least this many bytes are sent at once; fewer wait for the end of the turn
 * of the event loop.
 */
const GATHER_BYTES = 64 * 1024

/**
 * Every method can fail with: ProtocolError CLOSED when the stream was reset or its connection
 * ended, TIMEOUT without progress, LIMIT and MALFORMED for bad frames (these four also end the
 * stream), the reason of an aborted signal, and the error that `abort` was given.
 */
export class Channel implements Holder {
  readonly stream: Stream
  readonly owner: string | undefined
  readonly #inactivityMs: number
  readonly #maxMessageBytes: number
  readonly #maxBufferedBytes: number
  readonly #assembler: Assembler
  readonly #watchdog: Watchdog
  readonly #ready: Uint8Array[] = []
  readonly #writers = new Set<Waiter>()
  #outgoing = new Uint8ArrayList()
  #flushing = false
  #readyBytes = 0
  #queuedBytes = 0
  #reader: Waiter | undefined
  #error: Error | undefined
  #ended = false
  #closing = false
  #stopFrameWatch: (() => void) | undefined
  #stopExpecting: (() => void) | undefined

  constructor (stream: Stream, options: ChannelOptions = {}) {
    this.stream = stream
    this.owner = options.owner
    this.#inactivityMs = options.inactivityMs ?? INACTIVITY_MS
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES
    this.#maxBufferedBytes = options.maxBufferedBytes ?? MAX_BUFFERED_BYTES
    this.#watchdog = new Watchdog(() => { this.abort(new ProtocolError('TIMEOUT', 'Nothing moved on the stream')) })
    this.#assembler = new Assembler(this.#maxMessageBytes, (frame) => {
      this.#ready.push(frame)
      this.#readyBytes += frame.length
    })
    stream.addEventListener('message', (event) => { this.#onMessage(event) })
    // libp2p dispatches bytes that came before the listener in a microtask that is already queued;
    // ours must run after it
    stream.addEventListener('remoteCloseWrite', () => { queueMicrotask(() => { this.#onEnd() }) })
    stream.addEventListener('close', (event) => { queueMicrotask(() => { this.#onClose(event) }) })
    stream.addEventListener('drain', () => { this.#onDrain() })
    stream.addEventListener('idle', () => { this.#onDrain() })
    queueMicrotask(() => {
      if (stream.remoteWriteStatus === 'closed' && stream.status === 'open') this.#onEnd()
      if (stream.status !== 'open' && stream.status !== 'closing') this.#onClose()
    })
  }

  /**
   * True once the channel accepts no more messages: it was closed here, failed, or was reset. After
   * `close` the remote may still send.
   */
  get closed (): boolean {
    return this.#closing || this.#error !== undefined || this.stream.status !== 'open'
  }

  /** True once the remote can send nothing more. */
  get ended (): boolean {
    return this.#ended || this.#error !== undefined
  }

  get #queued (): number {
    return this.#outgoing.byteLength + this.stream.writeBufferLength
  }

  /** The number of bytes that arrived and were not read yet. */
  get bufferedBytes (): number {
    return this.#readyBytes + this.#assembler.filledBytes
  }

  /**
   * Set to true while the remote owes an answer: no progress for `inactivityMs` then ends the
   * stream, even when no read waits.
   */
  set expecting (owed: boolean) {
    if (owed === (this.#stopExpecting !== undefined)) return
    this.#stopExpecting?.()
    this.#stopExpecting = owed && this.#error === undefined ? this.#watchdog.watch(this.#inactivityMs) : undefined
  }

  /**
   * Resolves to the next message in an array that the caller owns, or to undefined when the remote
   * closed its side between two messages. Only one read may wait at a time.
   *
   * @throws ProtocolError CLOSED when the remote closed in the middle of a message
   */
  async read (options: WaitOptions = {}): Promise<Uint8Array | undefined> {
    if (this.#reader !== undefined) throw new Error('One read at a time')
    const ready = (): boolean => this.#ready.length > 0 || this.ended
    await until(ready, this.#within(options), (waiter) => {
      this.#reader = waiter
      return () => { this.#reader = undefined }
    })
    const frame = this.#ready.shift()
    if (frame === undefined) {
      if (this.#ended) return undefined
      throw this.#error ?? new Error('Woken without a reason')
    }
    this.#readyBytes -= frame.length
    this.#count()
    return frame
  }

  /**
   * Sends one message; messages go out in the order of the calls. `data` is sent after `message`
   * without a copy, so `message` must end with the header of the field `data`. The caller must not
   * change either array before the stream has sent it. The promise resolves once at most
   * MAX_QUEUED_BYTES are queued; an abort ends only that wait, and the message is still sent.
   *
   * @throws ProtocolError LIMIT for a message above `maxMessageBytes`, CLOSED on a closed channel
   */
  async write (message: Uint8Array, data?: Uint8Array, options: WaitOptions = {}): Promise<void> {
    const bytes = message.length + (data?.length ?? 0)
    if (bytes > this.#maxMessageBytes) throw new ProtocolError('LIMIT', `A message of ${bytes} bytes is more than ${this.#maxMessageBytes}`, { retry: false })
    this.#throwIfClosed()
    options.signal?.throwIfAborted()
    this.#outgoing.append(prefixed(bytes, message))
    if (data !== undefined && data.length > 0) this.#outgoing.append(data)
    if (this.#outgoing.byteLength >= GATHER_BYTES) this.#flush()
    else this.#flushSoon()
    this.#count()
    await this.drained(options)
  }

  /** Resolves once at most MAX_QUEUED_BYTES (or `queuedBytes`) are queued. */
  async drained (options: WaitOptions & { queuedBytes?: number } = {}): Promise<void> {
    const bound = options.queuedBytes ?? MAX_QUEUED_BYTES
    await until(() => this.#queued <= bound || this.#error !== undefined, this.#within(options), (waiter) => {
      this.#writers.add(waiter)
      return () => { this.#writers.delete(waiter) }
    })
    if (this.#error !== undefined) throw this.#error
  }

  /**
   * Gathers the small messages of one turn of the event loop, so that muxer, cipher and socket
   * handle one write.
   */
  #flushSoon (): void {
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush (): void {
    if (this.#outgoing.byteLength === 0 || this.#error !== undefined) return
    const list = this.#outgoing
    this.#outgoing = new Uint8ArrayList()
    try {
      this.stream.send(list)
    } catch (cause) {
      this.#fail(new ProtocolError('CLOSED', 'The stream does not take bytes any more', { cause }))
    }
    this.#queuedBytes = this.stream.writeBufferLength
  }

  /**
   * Sends the queued messages and closes this side. `write` fails afterwards; `read` still works.
   */
  async close (options: WaitOptions = {}): Promise<void> {
    if (this.#closing || this.#error !== undefined) return
    this.#closing = true
    this.#flush()
    await this.drained({ ...options, queuedBytes: 0 })
    const stop = this.#watchdog.watch(options.inactivityMs ?? this.#inactivityMs)
    try {
      await this.stream.close(options.signal === undefined ? {} : { signal: options.signal })
    } catch (cause) {
      options.signal?.throwIfAborted()
      throw this.#error ?? new ProtocolError('CLOSED', 'The stream ended before it was closed', { cause })
    } finally {
      stop()
    }
  }

  /**
   * Resets the stream. Every wait fails with `error` and queued messages are dropped; complete
   * messages that arrived can still be read. `last` is a message with the reason: it is sent before
   * the reset if the stream takes it at once.
   */
  abort (error: Error, last?: Uint8Array): void {
    if (last !== undefined && !this.closed) {
      this.#outgoing = new Uint8ArrayList(prefixed(last.length, last))
      this.#flush()
    }
    this.#fail(error)
    this.stream.abort(error)
  }

  #throwIfClosed (): void {
    if (this.#error !== undefined) throw this.#error
    if (this.#closing) throw new ProtocolError('CLOSED', 'The stream was closed here')
  }

  #onMessage (event: StreamMessageEvent): void {
    if (this.#error !== undefined) return
    this.#watchdog.progress()
    try {
      if (event.data instanceof Uint8Array) this.#assembler.push(event.data)
      else for (const piece of event.data) this.#assembler.push(piece)
    } catch (error) {
      this.abort(error as Error)
      return
    }
    if (this.bufferedBytes > this.#maxBufferedBytes) {
      this.abort(new ProtocolError('LIMIT', `More than ${this.#maxBufferedBytes} bytes came unread`))
      return
    }
    if (this.#assembler.inside !== (this.#stopFrameWatch !== undefined)) {
      this.#stopFrameWatch?.()
      this.#stopFrameWatch = this.#assembler.inside ? this.#watchdog.watch(this.#inactivityMs) : undefined
    }
    this.#count()
    if (this.#ready.length > 0) this.#reader?.wake()
  }

  #onDrain (): void {
    // libp2p emits `drain` for the whole connection, so the event alone is no progress of this
    // stream
    const queued = this.stream.writeBufferLength
    if (queued < this.#queuedBytes) this.#watchdog.progress()
    this.#queuedBytes = queued
    this.#count()
    if (this.#writers.size === 0) return
    // libp2p's own listener for this event sends in a microtask; the waiters must be woken after it
    void Promise.resolve().then(() => {}).then(() => { for (const writer of this.#writers) writer.wake() })
  }

  #count (): void {
    // a finished stream is not counted again: whoever still references it keeps it in memory
    if (this.#error === undefined && this.stream.status === 'open') heldBytes.set(this, this.bufferedBytes + this.#queued)
  }

  #onEnd (): void {
    if (this.#error !== undefined || this.#ended) return
    if (this.#assembler.inside) {
      this.abort(new ProtocolError('CLOSED', 'The remote closed in the middle of a message'))
      return
    }
    this.#ended = true
    this.#reader?.wake()
  }

  #onClose (event?: StreamCloseEvent): void {
    const graceful = event?.error === undefined && this.#ended && this.#closing
    if (graceful) {
      heldBytes.set(this, 0)
      this.#watchdog.stop()
      return
    }
    this.#fail(new ProtocolError('CLOSED', 'The stream ended before the conversation did', event?.error === undefined ? {} : { cause: event.error }))
  }

  #fail (error: Error): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#outgoing = new Uint8ArrayList()
    heldBytes.set(this, 0)
    this.#watchdog.stop()
    this.#reader?.wake()
    for (const writer of this.#writers) writer.fail(error)
  }

  #within ({ signal, inactivityMs = this.#inactivityMs }: WaitOptions): UntilOptions {
    return { signal, watch: () => this.#watchdog.watch(inactivityMs) }
  }
}
