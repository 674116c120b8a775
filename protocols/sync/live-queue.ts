import { MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_QUEUE_BYTES } from './constants.js'

export type LiveKind = 'entries' | 'records'
type Item = [kind: LiveKind, bytes: Uint8Array]

/**
 * This queue holds newly committed entries and records for one peer, at most MAX_QUEUE_BYTES. An
 * item beyond that is dropped with everything in the queue; the peer is told that it is behind, and
 * compares.
 */
export class LiveQueue {
  #items: Item[] = []
  #bytes = 0
  #behind = false

  get empty (): boolean {
    return this.#items.length === 0 && !this.#behind
  }

  push (kind: LiveKind, list: Uint8Array[]): void {
    if (this.#behind) return
    for (const bytes of list) {
      this.#items.push([kind, bytes])
      this.#bytes += bytes.length
    }
    if (this.#bytes <= MAX_QUEUE_BYTES) return
    this.#items = []
    this.#bytes = 0
    this.#behind = true
  }

  /** Returns the next page; undefined when nothing waits. */
  take (): Record<LiveKind, Uint8Array[]> | undefined {
    const page: Record<LiveKind, Uint8Array[]> = { entries: [], records: [] }
    let count = 0
    let total = 0
    for (const [kind, bytes] of this.#items) {
      if (count === MAX_PAGE_ENTRIES || (count > 0 && total + bytes.length > MAX_PAGE_BYTES)) break
      page[kind].push(bytes)
      count++
      total += bytes.length
    }
    if (count === 0) return undefined
    this.#items.splice(0, count)
    this.#bytes -= total
    return page
  }

  /** Returns true once after items were dropped. */
  takeBehind (): boolean {
    const behind = this.#behind
    this.#behind = false
    return behind
  }
}
