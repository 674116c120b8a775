import { MAX_PAGE_BYTES, MAX_PAGE_ENTRIES } from './constants.js'

/**
 * Cuts entries into pages of at most MAX_PAGE_BYTES and MAX_PAGE_ENTRIES; each page is made when it
 * is pulled.
 */
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
