import { ProtocolError } from '../errors.js'
import type { Message } from './codec.js'
import { LiveQueue } from './live-queue.js'
import type { LiveKind } from './live-queue.js'
import { leftOf } from './trade.js'

export interface LiveParts {
  send: (message: Message) => Promise<void>
  /** The peer has committed these entries but for those of these ids. */
  heard: (entries: Uint8Array[], left: Uint8Array[]) => void
  /**
   * False while a round is under way, and before the first: an entry comes after those that it
   * leans on.
   */
  mayBegin: () => boolean
  /** Called when it begins or ends that the peer owes an acknowledgement. */
  changed: () => void
}

/** Sends newly committed entries and records, one page at a time. */
export class Live {
  readonly #parts: LiveParts
  readonly #queue = new LiveQueue()
  #unacknowledged: (PromiseWithResolvers<void> & { entries: Uint8Array[] }) | undefined
  #pumping = false

  constructor (parts: LiveParts) {
    this.#parts = parts
  }

  get waiting (): boolean {
    return this.#unacknowledged !== undefined
  }

  /**
   * True when nothing waits, to be sent or to be acknowledged, and nothing was dropped that the
   * peer was not told of.
   */
  get empty (): boolean {
    return this.#unacknowledged === undefined && !this.#pumping && this.#queue.empty
  }

  push (kind: LiveKind, list: Uint8Array[]): void {
    this.#queue.push(kind, list)
  }

  /**
   * Sends what waits, as long as it may begin a page. Only one call works at a time; the others
   * return at once.
   */
  async pump (): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#parts.mayBegin()) {
        const page = this.#queue.take()
        if (page !== undefined) await this.#page(page)
        else if (this.#queue.takeBehind()) await this.#parts.send({ behind: {} })
        else break
      }
    } finally {
      this.#pumping = false
    }
  }

  /**
   * The peer has committed the page but for these ids. MALFORMED when there is none, or for an id
   * that is not of it.
   */
  heard (left: Uint8Array): void {
    const page = this.#unacknowledged
    if (page === undefined) throw new ProtocolError('MALFORMED', 'A page was acknowledged that was not sent')
    const ids = leftOf(page.entries, left)
    this.#unacknowledged = undefined
    this.#parts.changed()
    page.resolve()
    this.#parts.heard(page.entries, ids)
  }

  fail (error: Error): void {
    this.#unacknowledged?.reject(error)
    this.#unacknowledged = undefined
  }

  async #page (page: Record<LiveKind, Uint8Array[]>): Promise<void> {
    const acknowledged = Promise.withResolvers<void>()
    // a write that fails leaves it to nobody
    acknowledged.promise.catch(() => {})
    this.#unacknowledged = { ...acknowledged, entries: page.entries }
    this.#parts.changed()
    await this.#parts.send({ live: page })
    await acknowledged.promise
  }
}
