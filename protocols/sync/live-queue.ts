import { MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_QUEUE_BYTES } from './constants.js'

/** Cuts entries into pages of at most MAX_PAGE_BYTES and MAX_PAGE_ENTRIES, pulled one by one. */
export async function * pages (entries: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let page: Uint8Array[] = []
  let bytes = 0
  for await (const entry of entries) {
    if (page.length === MAX_PAGE_ENTRIES || (page.length > 0 && bytes + entry.length > MAX_PAGE_BYTES)) {
      yield page
      page = []
      bytes = 0
    }
    page.push(entry)
    bytes += entry.length
  }
  if (page.length > 0) yield page
}

/**
 * Newly committed entries on their way to one peer, at most MAX_QUEUE_BYTES of them. What would be more is dropped
 * with everything that waits: the peer is told that it is behind, and asks by digest.
 */
export class LiveQueue {
  #entries: Uint8Array[] = []
  #bytes = 0
  #behind = false

  push (entries: Uint8Array[]): void {
    if (this.#behind) return
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#bytes += entry.length
    }
    if (this.#bytes <= MAX_QUEUE_BYTES) return
    this.#entries = []
    this.#bytes = 0
    this.#behind = true
  }

  /** The next page; undefined when nothing waits. */
  take (): Uint8Array[] | undefined {
    let count = 0
    let bytes = 0
    for (const entry of this.#entries) {
      if (count === MAX_PAGE_ENTRIES || (count > 0 && bytes + entry.length > MAX_PAGE_BYTES)) break
      count++
      bytes += entry.length
    }
    if (count === 0) return undefined
    this.#bytes -= bytes
    return this.#entries.splice(0, count)
  }

  /** True once after entries were dropped. */
  takeBehind (): boolean {
    const behind = this.#behind
    this.#behind = false
    return behind
  }
}
