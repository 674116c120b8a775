import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { parseCid, verifyCid } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { decodeMessage, encodeMessage, encodeRefusal, type StoreMessage } from './codec.js'
import { costOf, MAX_OFFERS, MAX_UPLOADS, STORING_BLOCKS } from './constants.js'
import { CreditLedger } from './credit-ledger.js'
import { Gate } from './gate.js'
import { IncomingState } from './incoming-state.js'

/**
 * The protocol needs these functions of the store. A ProtocolError reaches the dialer as it is,
 * every other error as INTERNAL.
 */
export interface StoreBackend {
  /**
   * Opens an upload, before any of its blocks arrives.
   *
   * @throws ProtocolError NO_SPACE, READ_ONLY, NOT_ALLOWED
   */
  open: (upload: { upload: Uint8Array, expected: number }) => Promise<IncomingUpload>
}

export interface IncomingUpload {
  /** Resolves to true for each wanted block. The blocks that are already held are pinned. */
  want: (cids: CID[], sizes: number[]) => Promise<boolean[]>
  /**
   * Stores a block that was checked against its CID. Resolves when it is durable. Several calls may
   * run at once.
   */
  store: (cid: CID, bytes: Uint8Array) => Promise<void>
  /**
   * Commits the entry and resolves to its id when blocks and entry are durable. No `store` runs
   * during this call.
   *
   * @throws ProtocolError INCOMPLETE, INVALID_DATA, ...
   */
  done: (entry: Uint8Array) => Promise<Uint8Array>
  /**
   * Called once as the last call, when nothing of this upload is under way. `aborted` is true when
   * `done` did not resolve.
   */
  end: (aborted: boolean) => Promise<void>
}

export interface HandleStoreOptions {
  /** The signal ends the stream. */
  signal?: AbortSignal
  /** The remote peer. Its streams count together when all streams hold too much memory. */
  peer?: string
  /** @default INACTIVITY_MS */
  inactivityMs?: number
}

/**
 * Receives the uploads of one dialer until the dialer closes the stream. An error within an upload
 * is answered with a refusal of that upload, not thrown. The promise settles only when every upload
 * has ended.
 *
 * @throws the error that ended the stream: ProtocolError HASH_MISMATCH, LIMIT or MALFORMED of the
 *   dialer, TIMEOUT, CLOSED, or the reason of the signal
 */
export async function handleStore (stream: Stream, backend: StoreBackend, options: HandleStoreOptions = {}): Promise<void> {
  await new StoreServer(stream, backend, options).run()
}

class StoreServer {
  readonly #stream: Stream
  readonly #channel: Channel
  readonly #backend: StoreBackend
  readonly #signal: AbortSignal | undefined
  readonly #uploads = new Map<number, IncomingState>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #ledger = new CreditLedger()
  readonly #slots = new Gate(STORING_BLOCKS)
  /** The uploads with blocks whose `stored` was not sent yet. */
  readonly #unsaid = new Set<IncomingState>()
  #lastNumber = 0
  #offers = 0
  #flushing = false

  constructor (stream: Stream, backend: StoreBackend, options: HandleStoreOptions) {
    this.#stream = stream
    this.#backend = backend
    this.#signal = options.signal
    this.#channel = new Channel(stream, { owner: options.peer, ...(options.inactivityMs === undefined ? {} : { inactivityMs: options.inactivityMs }) })
  }

  async run (): Promise<void> {
    const onAbort = (): void => { this.#channel.abort(this.#signal?.reason as Error) }
    this.#signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.#signal?.throwIfAborted()
      for (;;) {
        // the handler reads no message from a dialer that does not read the answers
        await this.#channel.drained()
        const frame = await this.#channel.read({ inactivityMs: Infinity })
        if (frame === undefined) break
        this.#take(decodeMessage(frame))
      }
      for (const upload of this.#uploads.values()) upload.abort()
      while (this.#tasks.size > 0) await Promise.all(this.#tasks)
      this.#flush()
      await this.#channel.close()
    } catch (error) {
      this.#channel.abort(error as Error, error instanceof ProtocolError ? encodeRefusal(0, error) : undefined)
      throw error
    } finally {
      this.#signal?.removeEventListener('abort', onAbort)
      for (const upload of this.#uploads.values()) upload.cut()
      while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks)
    }
  }

  #take (message: StoreMessage): void {
    switch (message.kind) {
      case 'open': this.#open(message.upload, message.id, message.expected); break
      case 'block': this.#block(message.upload, message.cid, message.data); break
      case 'offer': this.#offer(message.upload, message.cids, message.sizes); break
      case 'done': this.#find(message.upload)?.done(message.entry); break
      case 'abort': this.#find(message.upload)?.abort(); break
      default: throw new ProtocolError('MALFORMED', `A dialer sends no ${message.kind}`)
    }
  }

  #open (number: number, id: Uint8Array, expected: number): void {
    if (number <= this.#lastNumber) throw new ProtocolError('MALFORMED', 'Numbers of uploads rise')
    this.#lastNumber = number
    if (this.#uploads.size >= MAX_UPLOADS) {
      this.#send(encodeRefusal(number, new ProtocolError('LIMIT', `More than ${MAX_UPLOADS} uploads at once`)))
      return
    }
    const opening = this.#backend.open({ upload: id, expected })
    const upload = new IncomingState(number, expected, {
      send: (message) => { this.#send(encodeMessage(message)) },
      refuse: (error) => { this.#send(encodeRefusal(number, this.#asProtocolError(error))) },
      log: (error) => { this.#stream.log.error('an upload that was over failed - %e', error) },
      run: (task) => { this.#run(task) },
      ended: (openOffers) => {
        this.#uploads.delete(number)
        this.#unsaid.delete(upload)
        this.#offers -= openOffers
      }
    }, opening)
    this.#uploads.set(number, upload)
  }

  /**
   * Returns undefined for an upload that has ended: a message about it was sent before the dialer
   * knew of the end.
   */
  #find (number: number): IncomingState | undefined {
    const upload = this.#uploads.get(number)
    if (upload === undefined && (number === 0 || number > this.#lastNumber)) throw new ProtocolError('MALFORMED', `No upload has the number ${number}`)
    return upload
  }

  #block (number: number, cidBytes: Uint8Array, data: Uint8Array): void {
    const cost = costOf(data.length)
    this.#ledger.use(cost)
    const upload = this.#find(number)
    if (upload === undefined) {
      this.#ledger.release(cost)
      this.#flushSoon()
      return
    }
    const cid = parseCid(cidBytes)
    upload.expectBlock(data.length)
    if (!verifyCid(cid, data)) throw new ProtocolError('HASH_MISMATCH', `The bytes are not those of ${cid.toString()}`)
    this.#flushSoon()
    upload.store(async (backend) => {
      await this.#slots.take(1)
      try {
        if (!upload.over) await backend.store(cid, data)
      } finally {
        this.#slots.give(1)
      }
    }, (stored) => {
      this.#ledger.release(cost)
      if (stored) {
        upload.stored.push(cidBytes)
        this.#unsaid.add(upload)
      }
      this.#flushSoon()
    })
  }

  #offer (number: number, cids: Uint8Array[], sizes: number[]): void {
    const upload = this.#find(number)
    if (upload === undefined) return
    if (this.#offers >= MAX_OFFERS) throw new ProtocolError('LIMIT', `More than ${MAX_OFFERS} offers at once`)
    this.#offers++
    upload.offer(cids.map(parseCid), sizes, () => { this.#offers-- })
  }

  #send (message: Uint8Array): void {
    // a failed write also fails the channel, so the reading loop ends
    this.#channel.write(message).catch((error: unknown) => { this.#channel.abort(error as Error) })
  }

  #run (task: Promise<void>): void {
    const tracked = task.catch((error: unknown) => { this.#channel.abort(error as Error) }).finally(() => { this.#tasks.delete(tracked) })
    this.#tasks.add(tracked)
  }

  /** Sends the credit and the `stored` of one turn of the event loop together. */
  #flushSoon (): void {
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush (): void {
    if (this.#channel.closed) return
    const bytes = this.#ledger.giveBack()
    if (bytes > 0) this.#send(encodeMessage({ credit: { bytes } }))
    for (const upload of this.#unsaid) upload.sayStored()
    this.#unsaid.clear()
  }

  #asProtocolError (error: unknown): ProtocolError {
    if (error instanceof ProtocolError) return error
    // the error goes only to this node's log: the dialer must not learn paths
    this.#stream.log.error('an upload failed - %e', error)
    return new ProtocolError('INTERNAL', 'The store failed')
  }
}

