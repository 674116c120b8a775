import { randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import { fromWire, ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { decodeMessage, encodeBlockHeader, encodeMessage, type StoreMessage } from './codec.js'
import { CREDIT_BYTES, EARLY_BYTES, MAX_OFFERS, UPLOAD_ID_BYTES } from './constants.js'
import { Gate } from './gate.js'
import { OutgoingUpload, type Upload } from './outgoing-upload.js'
import type { Message } from './messages.js'

export { STORE_PROTOCOL } from './constants.js'
export type { Upload } from './outgoing-upload.js'

export interface StoreClientOptions {
  /**
   * The stream ends after this time without a byte in or out while the peer owes an answer.
   * @default INACTIVITY_MS
   */
  inactivityMs?: number
}

export interface OpenOptions {
  /**
   * The number of bytes of blocks to come, 0 when unknown. With 1 to EARLY_BYTES, sending does not
   * wait for the answer.
   */
  expected: number
  /**
   * The id of the upload, 16 bytes. The id of an earlier upload takes over its pins.
   * @default random
   */
  upload?: Uint8Array
  signal?: AbortSignal
}

/**
 * This client pushes blocks and entries to one peer: any number of uploads at a time share one
 * kept-open stream and one credit.
 */
export class StoreClient {
  readonly #channel: Channel
  readonly #uploads = new Map<number, OutgoingUpload>()
  readonly #credit = new Gate(CREDIT_BYTES)
  readonly #offers = new Gate(MAX_OFFERS)
  readonly #finished: Promise<void>
  #lastNumber = 0
  #error: Error | undefined

  constructor (stream: Stream, options: StoreClientOptions = {}) {
    this.#channel = new Channel(stream, options.inactivityMs === undefined ? {} : { inactivityMs: options.inactivityMs })
    this.#finished = this.#run()
  }

  /** True when this client accepts no more uploads. */
  get closed (): boolean {
    return this.#error !== undefined || this.#channel.closed
  }

  /** True when no upload is under way and the peer owes nothing. */
  get idle (): boolean {
    return this.#uploads.size === 0 && this.#credit.free >= CREDIT_BYTES
  }

  /**
   * Opens an upload. Resolves when the peer has accepted it, or at once when `expected` is 1 to
   * EARLY_BYTES; a refusal then fails the next call on the upload.
   *
   * @throws the refusal of the peer (NO_SPACE, READ_ONLY, NOT_ALLOWED, LIMIT, ...), the error that
   *   ended the stream, or the reason of the signal
   */
  async open ({ expected, upload: id = randomBytes(UPLOAD_ID_BYTES), signal }: OpenOptions): Promise<Upload> {
    signal?.throwIfAborted()
    if (this.#error !== undefined) throw this.#error
    const number = ++this.#lastNumber
    const upload = new OutgoingUpload(number, new Uint8Array(id), {
      credit: this.#credit,
      offers: this.#offers,
      send: (message) => { this.#send(message) },
      sendBlock: (cid, bytes, options) => this.#channel.write(encodeBlockHeader(number, cid, bytes.length), bytes, options),
      changed: () => { this.#changed() },
      late: (error) => { this.abort(error) },
      ended: () => { this.#uploads.delete(number) }
    })
    this.#uploads.set(number, upload)
    this.#send({ open: { upload: number, id: upload.id, expected } })
    this.#changed()
    if (expected === 0 || expected > EARLY_BYTES) {
      try {
        await upload.whenOpened({ signal })
      } catch (error) {
        upload.abort()
        throw error
      }
    }
    return upload
  }

  /**
   * Ends every upload that has not sent `done`. Resolves when each `done` was answered and both
   * sides are closed.
   */
  async close (): Promise<void> {
    this.#error ??= new ProtocolError('CLOSED', 'The stream was closed here')
    for (const upload of [...this.#uploads.values()]) upload.abort()
    await this.#channel.close()
    this.#channel.expecting = true
    await this.#finished
  }

  abort (error: Error): void {
    this.#channel.abort(error)
    this.#end(error)
  }

  #send (message: Message): void {
    this.#channel.write(encodeMessage(message)).catch((error: unknown) => { this.#end(error as Error) })
  }

  /** Makes the channel watch for progress while the peer owes an answer or credit. */
  #changed (): void {
    this.#channel.expecting = this.#credit.free < CREDIT_BYTES || this.#uploads.values().some((upload) => upload.owed)
  }

  async #run (): Promise<void> {
    try {
      for (;;) {
        const frame = await this.#channel.read({ inactivityMs: Infinity })
        if (frame === undefined) break
        this.#take(decodeMessage(frame))
        this.#changed()
      }
      this.#end(new ProtocolError('CLOSED', 'The peer closed the stream'))
      await this.#channel.close()
    } catch (error) {
      this.#channel.abort(error as Error)
      this.#end(error as Error)
    }
  }

  #take (message: StoreMessage): void {
    if (message.kind === 'credit') {
      if (message.bytes === 0 && !this.#uploads.values().some((upload) => upload.finishing)) throw new ProtocolError('MALFORMED', 'A sign of life that no receipt is owed for')
      if (this.#credit.free + message.bytes > CREDIT_BYTES) throw new ProtocolError('LIMIT', 'More credit than a stream has', { retry: false })
      this.#credit.give(message.bytes)
      return
    }
    if (message.kind === 'refusal' && message.upload === 0) throw fromWire(message.code, message.retry, message.text)
    // a message about an upload that ended here was sent before the peer knew of the end
    const upload = this.#uploads.get(message.upload)
    if (upload !== undefined) upload.take(message)
    else if (message.upload === 0 || message.upload > this.#lastNumber) throw new ProtocolError('MALFORMED', `No upload has the number ${message.upload}`)
  }

  #end (error: Error): void {
    this.#error ??= error
    for (const upload of [...this.#uploads.values()]) upload.fail(error)
    this.#credit.close(error)
    this.#offers.close(error)
  }
}
