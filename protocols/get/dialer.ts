import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES, verifyCid } from '../block/cid.js'
import { fromWire, ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { keyOf } from '../framing/bytes-key.js'
import { decodeMessage, encodeCancel, encodeComplaint, encodeWant, type GetMessage } from './codec.js'
import { MAX_WANTS, MIN_COST_BYTES, WINDOW_BYTES, type MissingReason } from './constants.js'

export { GET_PROTOCOL } from './constants.js'

export interface GetClientOptions {
  /**
   * At most this many bytes are asked for and not received. One block is always asked for.
   * @default WINDOW_BYTES
   */
  windowBytes?: number
  /**
   * The stream ends after this time without a byte in or out while a want is open.
   * @default INACTIVITY_MS
   */
  inactivityMs?: number
}

export interface WantOptions {
  /**
   * The length of the block, where it is known. More small blocks then fit the window; a block of
   * another length is INVALID_DATA.
   */
  size?: number
  signal?: AbortSignal
}

/** The peer answered that it does not send the block. Code: INCOMPLETE. */
export class MissingBlockError extends ProtocolError {
  readonly reason: MissingReason
  constructor (cid: CID, reason: MissingReason) {
    super('INCOMPLETE', `The peer has no ${cid.toString()} for us (${reason})`)
    this.reason = reason
  }
}

interface Caller { resolve: (bytes: Uint8Array) => void, reject: (error: Error) => void }

interface Want {
  readonly cid: CID
  readonly key: string
  readonly size: number | undefined
  readonly cost: number
  readonly callers: Set<Caller>
  state: 'waiting' | 'asked' | 'cancelled'
}

/**
 * This client asks one peer for blocks over one kept-open stream. Any number of wants may wait; the
 * client asks for no more than fits the window. Two callers that want the same block share one
 * transfer.
 */
export class GetClient {
  readonly #channel: Channel
  readonly #windowBytes: number
  readonly #wants = new Map<string, Want>()
  readonly #finished: Promise<void>
  #queue: Want[] = []
  #asked = 0
  #askedBytes = 0
  #received = 0
  #pumping = false
  #error: Error | undefined

  constructor (stream: Stream, options: GetClientOptions = {}) {
    this.#channel = new Channel(stream, options.inactivityMs === undefined ? {} : { inactivityMs: options.inactivityMs })
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES
    this.#finished = this.#run()
  }

  /** The number of wants that were sent and not answered. */
  get outstanding (): number {
    return this.#asked
  }

  /** The number of bytes of blocks that were received. */
  get bytesReceived (): number {
    return this.#received
  }

  /** True when this client accepts no more wants. */
  get closed (): boolean {
    return this.#error !== undefined || this.#channel.closed
  }

  /** True when no want waits and no answer is owed. */
  get idle (): boolean {
    return this.#wants.size === 0 && this.#asked === 0
  }

  /**
   * Resolves to the bytes of the block, verified against `cid`. After HASH_MISMATCH the client
   * sends a complaint and the other wants continue.
   *
   * @throws MissingBlockError (INCOMPLETE) when the peer does not send the block, ProtocolError
   *   HASH_MISMATCH when the peer sent other bytes, INVALID_DATA when the length is not `size`, the
   *   error that ended the stream, or the reason of `signal`
   */
  async want (cid: CID, options: WantOptions = {}): Promise<Uint8Array> {
    const { signal } = options
    signal?.throwIfAborted()
    if (this.#error !== undefined) throw this.#error
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const caller = { resolve, reject }
    const want = this.#join(cid, options.size, caller)
    const onAbort = (): void => {
      reject(signal?.reason as Error)
      this.#leave(want, caller)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /**
   * Fails the wants that were not sent yet and waits for the answers to the others. Resolves when
   * both sides are closed.
   */
  async close (): Promise<void> {
    this.#error ??= new ProtocolError('CLOSED', 'The stream was closed here')
    for (const want of this.#queue) this.#settle(want, (caller) => { caller.reject(this.#closedError()) })
    this.#queue = []
    await this.#channel.close()
    this.#channel.expecting = true
    await this.#finished
  }

  abort (error: Error): void {
    this.#channel.abort(error)
    this.#end(error)
  }

  #closedError (): Error {
    return this.#error ?? new ProtocolError('CLOSED', 'The stream is closed')
  }

  #join (cid: CID, size: number | undefined, caller: Caller): Want {
    const key = keyOf(cid.bytes)
    let want = this.#wants.get(key)
    if (want === undefined) {
      const cost = Math.max(MIN_COST_BYTES, Math.min(size ?? MAX_BLOCK_BYTES, MAX_BLOCK_BYTES))
      want = { cid, key, size, cost, callers: new Set(), state: 'waiting' }
      this.#wants.set(key, want)
      this.#queue.push(want)
      this.#pumpSoon()
    }
    want.callers.add(caller)
    return want
  }

  #leave (want: Want, caller: Caller): void {
    want.callers.delete(caller)
    if (want.callers.size > 0) return
    if (want.state === 'waiting') {
      this.#wants.delete(want.key)
      this.#queue = this.#queue.filter((other) => other !== want)
    } else if (want.state === 'asked') {
      // the want stays outstanding until its answer, which may be the block that is already on its
      // way
      want.state = 'cancelled'
      this.#send(encodeCancel([want.cid.bytes]))
    }
  }

  /** Sends the wants of one turn of the event loop in one message. */
  #pumpSoon (): void {
    if (this.#pumping) return
    this.#pumping = true
    queueMicrotask(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  #pump (): void {
    const cids: Uint8Array[] = []
    for (const want of this.#queue) {
      if (this.#asked > 0 && (this.#askedBytes + want.cost > this.#windowBytes || this.#asked >= MAX_WANTS)) break
      want.state = 'asked'
      this.#asked++
      this.#askedBytes += want.cost
      cids.push(want.cid.bytes)
    }
    if (cids.length === 0) return
    this.#queue.splice(0, cids.length)
    this.#channel.expecting = true
    this.#send(encodeWant(cids))
  }

  #send (message: Uint8Array): void {
    // a failed write also fails the channel, so the reading loop ends
    this.#channel.write(message).catch((error: unknown) => { this.#end(error as Error) })
  }

  async #run (): Promise<void> {
    try {
      for (;;) {
        const frame = await this.#channel.read({ inactivityMs: Infinity })
        if (frame === undefined) break
        this.#take(decodeMessage(frame))
      }
      if (this.#asked > 0) throw new ProtocolError('CLOSED', 'The peer closed the stream with wants open')
      this.#end(new ProtocolError('CLOSED', 'The peer closed the stream'))
      await this.#channel.close()
    } catch (error) {
      this.#channel.abort(error as Error)
      this.#end(error as Error)
    }
  }

  #take (message: GetMessage): void {
    if (message.kind === 'refusal') throw fromWire(message.code, message.retry, message.text)
    if (message.kind !== 'block' && message.kind !== 'missing') throw new ProtocolError('MALFORMED', `A holder sends no ${message.kind}`)
    const want = this.#wants.get(keyOf(message.cid))
    if (want === undefined || want.state === 'waiting') throw new ProtocolError('LIMIT', 'An answer that nobody asked for', { retry: false })
    this.#asked--
    this.#askedBytes -= want.cost
    this.#channel.expecting = this.#asked > 0
    if (message.kind === 'block') this.#takeBlock(want, message.data)
    else if (message.reason === 'CANCELLED' && want.callers.size > 0) this.#askAgain(want)
    else this.#settle(want, (caller) => { caller.reject(new MissingBlockError(want.cid, message.reason)) })
    this.#pumpSoon()
  }

  #takeBlock (want: Want, data: Uint8Array): void {
    this.#received += data.length
    if (want.callers.size === 0) {
      this.#wants.delete(want.key)
    } else if (!verifyCid(want.cid, data)) {
      this.#send(encodeComplaint(want.cid.bytes))
      this.#settle(want, (caller) => { caller.reject(new ProtocolError('HASH_MISMATCH', `The peer sent other bytes for ${want.cid.toString()}`)) })
    } else if (want.size !== undefined && want.size !== data.length) {
      this.#settle(want, (caller) => { caller.reject(new ProtocolError('INVALID_DATA', `Block ${want.cid.toString()} has ${data.length} bytes, expected were ${want.size ?? 0}`)) })
    } else {
      this.#settle(want, (caller) => { caller.resolve(data) })
    }
  }

  /** Sends the want again: a caller joined it after its cancel was sent. */
  #askAgain (want: Want): void {
    want.state = 'waiting'
    this.#queue.push(want)
  }

  #settle (want: Want, answer: (caller: Caller) => void): void {
    this.#wants.delete(want.key)
    for (const caller of want.callers) answer(caller)
  }

  #end (error: Error): void {
    this.#error ??= error
    this.#queue = []
    for (const want of [...this.#wants.values()]) this.#settle(want, (caller) => { caller.reject(error) })
  }
}
