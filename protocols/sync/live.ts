import { ProtocolError } from '../errors.js'
import type { Message } from './codec.js'
import { LiveQueue } from './live-queue.js'
import type { LiveKind } from './live-queue.js'
import { leftOf } from './trade.js'

export interface LiveParts {
  send: (message: Message) => Promise<void>
  /** Called when the peer has committed these entries, except those with the ids in `left`. */
  heard: (entries: Uint8Array[], left: Uint8Array[]) => void
  /**
   * Returns false during a round and before the first one: an entry must come after its ancestors.
   */
  mayBegin: () => boolean
  /** Called when the peer begins or ceases to owe an acknowledgement. */
  changed: () => void
}

/** This class sends newly committed entries and records, one page at a time. */
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

  /** True when nothing waits to be sent or acknowledged, and the peer knows of every drop. */
  get empty (): boolean {
    return this.#unacknowledged === undefined && !this.#pumping && this.#queue.empty
  }

  push (kind: LiveKind, list: Uint8Array[]): void {
    this.#queue.push(kind, list)
  }

  /**
   * Sends the queued pages while `mayBegin` allows it. Only one call works at a time; the others
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
   * Handles an acknowledgement: the peer has committed the page except the entries with these ids.
   *
   * @throws ProtocolError MALFORMED when no page is unacknowledged, or for an id that is not of the
   *   page
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
    // after a failed write nothing awaits this promise
    acknowledged.promise.catch(() => {})
    this.#unacknowledged = { ...acknowledged, entries: page.entries }
    this.#parts.changed()
    await this.#parts.send({ live: page })
    await acknowledged.promise
  }
}
