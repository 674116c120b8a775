import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES, parseCid } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { keyOf } from '../framing/bytes-key.js'
import { decodeMessage, encodeBlockHeader, encodeMissing, encodeRefusal, type GetMessage } from './codec.js'
import { COMPLAINT_BLOCKS, MAX_COMPLAINTS, MAX_REQUEST_BYTES, MAX_UNREAD_REQUEST_BYTES, MAX_WANTS, MIN_COST_BYTES, READ_AHEAD_BLOCKS, READ_AHEAD_BYTES } from './constants.js'

export interface GetBackend {
  /**
   * Resolves to the bytes of the block, or to undefined when the block is not held for this asker.
   * An error is answered with FAILED.
   */
  read: (cid: CID) => Promise<Uint8Array | undefined>
  /** Handles a complaint: the asker says that the bytes sent for `cid` do not match it. */
  complain: (cid: CID) => Promise<void>
  /**
   * Returns the length of the block where that is cheap to know. The handler then reads several
   * small blocks at once.
   */
  size?: (cid: CID) => number | undefined
  /**
   * Runs the reading and sending of one block when its turn has come.
   * @default at once
   */
  turn?: (work: () => Promise<void>) => Promise<void>
  /**
   * The stream ends with TIMEOUT after this time without a message and without a moved byte.
   * @default never
   */
  idleMs?: number
  /** The signal ends the stream. */
  signal?: AbortSignal
  /** The remote peer. Its streams count together when all streams hold too much memory. */
  peer?: string
  /** @default INACTIVITY_MS */
  inactivityMs?: number
}

interface Want { readonly cid: CID, readonly key: string, cancelled: boolean }

/**
 * Answers the wants of one asker until the asker closes the stream, in the order in which reads
 * finish. A failed read is answered, not thrown.
 *
 * @throws the error that ended the stream: ProtocolError LIMIT or MALFORMED of the asker, TIMEOUT,
 *   CLOSED, or the reason of the signal
 */
export async function handleGet (stream: Stream, backend: GetBackend): Promise<void> {
  await new GetServer(stream, backend).run()
}

/** Ends a stream that is not served and tells the asker the reason. */
export function refuseGet (stream: Stream, error: ProtocolError): void {
  new Channel(stream, { maxBufferedBytes: MAX_UNREAD_REQUEST_BYTES }).abort(error, encodeRefusal(error))
}

class GetServer {
  readonly #channel: Channel
  readonly #backend: GetBackend
  readonly #stream: Stream
  readonly #wants = new Map<string, Want>()
  readonly #running = new Set<Promise<void>>()
  readonly #sent = new Set<string>()
  #queue: Want[] = []
  #aheadBytes = 0
  #aheadBlocks = 0
  #complaints = 0

  constructor (stream: Stream, backend: GetBackend) {
    this.#stream = stream
    this.#backend = backend
    this.#channel = new Channel(stream, {
      maxBufferedBytes: MAX_UNREAD_REQUEST_BYTES,
      owner: backend.peer,
      ...(backend.inactivityMs === undefined ? {} : { inactivityMs: backend.inactivityMs })
    })
  }

  async run (): Promise<void> {
    const { signal } = this.#backend
    const onAbort = (): void => { this.#channel.abort(signal?.reason as Error) }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      signal?.throwIfAborted()
      for (;;) {
        const frame = await this.#channel.read({ inactivityMs: this.#backend.idleMs ?? Infinity })
        if (frame === undefined) break
        if (frame.length > MAX_REQUEST_BYTES) throw new ProtocolError('LIMIT', `A request of ${frame.length} bytes`)
        this.#take(decodeMessage(frame))
      }
      while (this.#running.size > 0) await Promise.all(this.#running)
      await this.#channel.close()
    } catch (error) {
      this.#channel.abort(error as Error, error instanceof ProtocolError ? encodeRefusal(error) : undefined)
      throw error
    } finally {
      this.#queue = []
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #take (message: GetMessage): void {
    switch (message.kind) {
      case 'want':
        for (const cid of message.cids) this.#want(cid)
        this.#pump()
        break
      case 'cancel':
        for (const cid of message.cids) this.#cancel(cid)
        break
      case 'complaint':
        this.#complain(message.cid)
        break
      default:
        throw new ProtocolError('MALFORMED', `An asker sends no ${message.kind}`)
    }
  }

  #want (bytes: Uint8Array): void {
    const cid = parseCid(bytes)
    const key = keyOf(bytes)
    if (this.#wants.has(key)) throw new ProtocolError('MALFORMED', 'A block that is asked for twice')
    if (this.#wants.size >= MAX_WANTS) throw new ProtocolError('LIMIT', `More than ${MAX_WANTS} wants`)
    const want = { cid, key, cancelled: false }
    this.#wants.set(key, want)
    this.#queue.push(want)
  }

  #cancel (bytes: Uint8Array): void {
    const want = this.#wants.get(keyOf(bytes))
    if (want !== undefined) want.cancelled = true
  }

  #complain (bytes: Uint8Array): void {
    const cid = parseCid(bytes)
    if (this.#complaints >= MAX_COMPLAINTS || !this.#sent.delete(keyOf(bytes))) return
    this.#complaints++
    const task = this.#backend.complain(cid)
      .catch((error: unknown) => { this.#stream.log.error('complaint about %c failed - %e', cid, error) })
      .finally(() => { this.#complaints-- })
    this.#track(task)
  }

  #pump (): void {
    let taken = 0
    for (const want of this.#queue) {
      const cost = Math.max(MIN_COST_BYTES, Math.min(this.#backend.size?.(want.cid) ?? MAX_BLOCK_BYTES, MAX_BLOCK_BYTES))
      if (this.#aheadBlocks > 0 && (this.#aheadBytes + cost > READ_AHEAD_BYTES || this.#aheadBlocks >= READ_AHEAD_BLOCKS)) break
      this.#aheadBlocks++
      this.#aheadBytes += cost
      taken++
      const { turn = (work) => work() } = this.#backend
      const task = turn(() => this.#serve(want)).finally(() => {
        this.#aheadBlocks--
        this.#aheadBytes -= cost
        this.#pump()
      })
      this.#track(task)
    }
    if (taken > 0) this.#queue.splice(0, taken)
  }

  #track (task: Promise<void>): void {
    // a failed write also fails the channel, so the reading loop ends
    const tracked = task.catch((error: unknown) => { this.#channel.abort(error as Error) }).finally(() => { this.#running.delete(tracked) })
    this.#running.add(tracked)
  }

  async #serve (want: Want): Promise<void> {
    // the stream closed while the want waited for its turn
    if (this.#channel.closed) return
    let bytes: Uint8Array | undefined
    let failed = false
    if (!want.cancelled) {
      try {
        bytes = await this.#backend.read(want.cid)
      } catch (error) {
        this.#stream.log.error('reading %c failed - %e', want.cid, error)
        failed = true
      }
    }
    // the want counts as answered now: the asker may send the next want before this write has
    // drained
    this.#wants.delete(want.key)
    if (want.cancelled) {
      await this.#channel.write(encodeMissing(want.cid.bytes, 'CANCELLED'))
    } else if (bytes === undefined) {
      await this.#channel.write(encodeMissing(want.cid.bytes, failed ? 'FAILED' : 'NOT_HELD'))
    } else {
      this.#remember(want.key)
      await this.#channel.write(encodeBlockHeader(want.cid.bytes, bytes.length), bytes)
    }
  }

  #remember (key: string): void {
    this.#sent.delete(key)
    this.#sent.add(key)
    if (this.#sent.size <= COMPLAINT_BLOCKS) return
    for (const oldest of this.#sent) {
      this.#sent.delete(oldest)
      break
    }
  }
}
