import type { CID } from 'multiformats/cid'
import { fromWire, ProtocolError } from '../errors.js'
import { abortable } from '../framing/abortable.js'
import { keyOf } from '../framing/bytes-key.js'
import { decodeBits, type StoreMessage } from './codec.js'
import { costOf, EARLY_BYTES, MAX_OFFER_CIDS, RECEIPT_MS } from './constants.js'
import type { Gate } from './gate.js'
import type { Message } from './messages.js'

interface Options { signal?: AbortSignal | undefined }

/**
 * Every method throws the refusal of the peer, the error that ended the stream, CLOSED after
 * `abort`, or the reason of the signal.
 */
export interface Upload {
  /** The id of the upload, 16 bytes. */
  readonly id: Uint8Array
  /**
   * Names blocks that could be sent, with their stored lengths. Resolves to true for each wanted
   * block; the peer pins the unwanted ones too, since it holds them.
   */
  offer: (cids: CID[], sizes: number[], options?: Options) => Promise<boolean[]>
  /**
   * Sends a block within the credit; resolves when the stream has taken it. The caller must not
   * change `bytes` afterwards.
   */
  send: (cid: CID, bytes: Uint8Array, options?: Options) => Promise<void>
  /**
   * Sends the entry. Resolves to the id of the entry once the blocks and the entry are durable at
   * the peer.
   */
  done: (entry: Uint8Array, options?: Options) => Promise<Uint8Array>
  /** Gives up the upload, unless `done` was sent. */
  abort: () => void
  /** Called once for each block that became durable at the peer, with its length in bytes. */
  onStored?: ((bytes: number) => void) | undefined
}

/** An upload needs these parts of its stream. */
export interface UploadLink {
  credit: Gate
  offers: Gate
  send: (message: Message) => void
  sendBlock: (cid: Uint8Array, bytes: Uint8Array, options: Options) => Promise<void>
  /** Called when the peer may owe more or less than before. */
  changed: () => void
  /** Called when the receipt did not come in time. */
  late: (error: Error) => void
  ended: () => void
}

interface Offer { count: number, resolve: (wanted: boolean[]) => void, reject: (error: Error) => void }

export class OutgoingUpload implements Upload {
  readonly id: Uint8Array
  onStored?: ((bytes: number) => void) | undefined
  readonly #number: number
  readonly #link: UploadLink
  readonly #opened = Promise.withResolvers<undefined>()
  readonly #receipt = Promise.withResolvers<Uint8Array>()
  readonly #offers: Offer[] = []
  readonly #unstored = new Map<string, number>()
  #isOpen = false
  #saidDone = false
  #receiptTimer: ReturnType<typeof setTimeout> | undefined
  #earlyBytes = 0
  #sending = 0
  #error: Error | undefined

  constructor (number: number, id: Uint8Array, link: UploadLink) {
    this.#number = number
    this.id = id
    this.#link = link
    // callers that wait get the error; without a caller the rejection must not count as unhandled
    this.#opened.promise.catch(() => {})
    this.#receipt.promise.catch(() => {})
  }

  /** True while the peer owes an answer. */
  get owed (): boolean {
    return this.#error === undefined && (!this.#isOpen || this.#saidDone || this.#offers.length > 0 || this.#unstored.size > 0)
  }

  /** True while the upload waits for its receipt, RECEIPT_MS at most. */
  get finishing (): boolean {
    return this.#saidDone && this.#error === undefined
  }

  async whenOpened (options: Options): Promise<void> {
    await abortable(this.#opened.promise, options.signal)
  }

  async offer (cids: CID[], sizes: number[], options: Options = {}): Promise<boolean[]> {
    const wanted: boolean[] = []
    for (let at = 0; at < cids.length; at += MAX_OFFER_CIDS) {
      wanted.push(...await this.#offer(cids.slice(at, at + MAX_OFFER_CIDS), sizes.slice(at, at + MAX_OFFER_CIDS), options))
    }
    return wanted
  }

  async #offer (cids: CID[], sizes: number[], options: Options): Promise<boolean[]> {
    await this.#take(this.#link.offers, 1, options)
    const { promise, resolve, reject } = Promise.withResolvers<boolean[]>()
    this.#offers.push({ count: cids.length, resolve, reject })
    this.#link.send({ offer: { upload: this.#number, cids: cids.map((cid) => cid.bytes), sizes } })
    this.#link.changed()
    return abortable(promise, options.signal)
  }

  async send (cid: CID, bytes: Uint8Array, options: Options = {}): Promise<void> {
    this.#throwIfEnded()
    if (!this.#isOpen) {
      if (this.#earlyBytes + bytes.length > EARLY_BYTES) await this.whenOpened(options)
      else this.#earlyBytes += bytes.length
    }
    this.#sending++
    try {
      await this.#take(this.#link.credit, costOf(bytes.length), options)
      this.#unstored.set(keyOf(cid.bytes), bytes.length)
      const written = this.#link.sendBlock(cid.bytes, bytes, options)
      this.#link.changed()
      await written
    } finally {
      this.#sending--
    }
  }

  async done (entry: Uint8Array, options: Options = {}): Promise<Uint8Array> {
    this.#throwIfEnded()
    if (this.#sending > 0) throw new Error('done is for when every send has resolved')
    this.#saidDone = true
    this.#link.send({ done: { upload: this.#number, entry } })
    this.#link.changed()
    // the timer runs even without a waiting caller, so that signs of life for this receipt end
    this.#receiptTimer = setTimeout(() => { this.#link.late(new ProtocolError('TIMEOUT', 'The peer worked too long on a receipt')) }, RECEIPT_MS)
    return abortable(this.#receipt.promise, options.signal)
  }

  abort (): void {
    if (this.#error !== undefined || this.#saidDone) return
    this.#link.send({ abort: { upload: this.#number } })
    this.fail(new ProtocolError('CLOSED', 'The upload was aborted here'))
  }

  /** Handles a message of the peer about this upload. */
  take (message: Exclude<StoreMessage, { kind: 'credit' }>): void {
    switch (message.kind) {
      case 'opened':
        if (this.#isOpen) throw new ProtocolError('MALFORMED', 'An upload that is opened twice')
        this.#isOpen = true
        this.#opened.resolve(undefined)
        break
      case 'want': {
        const offer = this.#offers[0]
        if (offer === undefined) throw new ProtocolError('MALFORMED', 'An answer to no offer')
        offer.resolve(decodeBits(message.bits, offer.count))
        this.#offers.shift()
        this.#link.offers.give(1)
        break
      }
      case 'stored':
        for (const cid of message.cids) this.#stored(keyOf(cid))
        break
      case 'receipt':
        if (!this.#saidDone) throw new ProtocolError('MALFORMED', 'A receipt before done')
        for (const key of this.#unstored.keys()) this.#stored(key)
        this.#receipt.resolve(message.entry)
        this.#end(new ProtocolError('CLOSED', 'The upload is over'))
        break
      case 'refusal':
        this.fail(fromWire(message.code, message.retry, message.text))
        break
      default:
        throw new ProtocolError('MALFORMED', `A listener sends no ${message.kind}`)
    }
  }

  fail (error: Error): void {
    if (this.#error !== undefined) return
    for (const offer of this.#offers) offer.reject(error)
    this.#opened.reject(error)
    this.#receipt.reject(error)
    this.#end(error)
  }

  #stored (key: string): void {
    const bytes = this.#unstored.get(key)
    if (this.#unstored.delete(key)) this.onStored?.(bytes ?? 0)
  }

  /**
   * Takes a part of what the uploads of the stream share, and gives it back when this upload has
   * ended by then.
   */
  async #take (gate: Gate, amount: number, options: Options): Promise<void> {
    await gate.take(amount, options)
    if (this.#error === undefined) return
    gate.give(amount)
    throw this.#error
  }

  #end (error: Error): void {
    this.#error = error
    clearTimeout(this.#receiptTimer)
    this.#link.offers.give(this.#offers.length)
    this.#offers.length = 0
    this.#unstored.clear()
    this.#link.ended()
    this.#link.changed()
  }

  #throwIfEnded (): void {
    if (this.#error !== undefined) throw this.#error
    if (this.#saidDone) throw new ProtocolError('CLOSED', 'done was said for this upload')
  }
}
