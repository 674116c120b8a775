/** A leader brings the entries that it lacks and gives the entries that the peer lacks. */
import { ProtocolError } from '../errors.js'
import { join, split } from './codec.js'
import type { Message } from './codec.js'
import { MAX_WANTED_IDS, SPARE_ENTRIES, SUM_BYTES, VAIN_PAGES } from './constants.js'
import { hex, idOf } from './entry-id.js'
import { pages } from './pages.js'
import type { Requests } from './requests.js'
import type { View } from './views.js'

/** All entries of this side below a prefix, except the ids (hex) of `except`. */
export interface Below { prefix: string, except?: Set<string> }

/**
 * The result of a bring. `full`: some entries were not kept for lack of room, and the rest was not
 * asked for.
 */
interface Brought { whole: boolean, late: Uint8Array[], full: boolean }

/**
 * Brings the entries below these prefixes and with these ids; each page is committed before the
 * next is asked for. `late` are the entries that arrived and were not kept. `whole` is false when
 * the pages brought nothing new and were stopped.
 *
 * @throws ProtocolError INCOMPLETE when an id that the peer listed does not arrive, MALFORMED for
 *   an entry that was not wanted
 */
export async function want (requests: Requests, { number: set }: View, prefixes: string[], ids: Uint8Array[]): Promise<Brought> {
  const wanted = new Set(ids.map(hex))
  const late: Uint8Array[] = []
  let vain = 0
  let message: Message = { want: { set, prefixes, ids: join(ids), subjects: new Uint8Array(0) } }
  for (;;) {
    const { page } = await requests.ask(message, 'page')
    if (page === undefined || page.records.length > 0) throw new ProtocolError('MALFORMED', 'Records that were not wanted')
    if (page.entries.length > 0) {
      const came = page.entries.map(idOf)
      let asked = 0
      for (const id of came) {
        const name = hex(id)
        if (wanted.delete(name)) asked++
        else if (!prefixes.some((prefix) => name.startsWith(prefix))) throw new ProtocolError('MALFORMED', 'An entry that was not wanted')
      }
      const { brought, left, full, over } = await receive(requests, page.entries, came)
      requests.over += over
      if (full || requests.over > SPARE_ENTRIES) {
        requests.moved += brought
        if (!page.last) await requests.tell({ more: { stop: true } })
        return { whole: true, late: [], full: true }
      }
      // an entry that was missing when it was asked for did differ, even if another peer brought it
      // meanwhile
      const moved = Math.max(brought, asked - left.length) + over
      requests.moved += moved
      vain = moved > 0 ? 0 : vain + 1
      if (over === 0 && late.length < MAX_WANTED_IDS) late.push(...left)
    }
    if (page.last) break
    if (vain === VAIN_PAGES) {
      await requests.tell({ more: { stop: true } })
      return { whole: false, late, full: false }
    }
    message = { more: { stop: false } }
  }
  if (wanted.size > 0) throw new ProtocolError('INCOMPLETE', 'The peer listed ids of entries that it does not send')
  return { whole: true, late, full: false }
}

/**
 * Commits a page. Returns how many of its entries are new here, which are still missing, whether
 * some were left out for lack of room, and how many because this node keeps enough unknown entries
 * of their writer.
 */
export async function receive (counts: Pick<Requests, 'node' | 'received'>, entries: Uint8Array[], ids = entries.map(idOf)): Promise<{ brought: number, left: Uint8Array[], full: boolean, over: number }> {
  const { source, receive } = counts.node
  const before = await source.missing(ids)
  const out = await receive(entries)
  const { full, over } = typeof out === 'boolean' ? { full: out, over: 0 } : out
  counts.received += entries.length
  const left = before.length === 0 ? [] : await source.missing(before)
  return { brought: before.length - left.length, left, full, over }
}

/**
 * Gives entries by id and by whole prefix, page by page; each is acknowledged before the next is
 * sent. Resolves to false when the peer has no room for more.
 */
export async function give (requests: Requests, view: View, ids: Uint8Array[], below: Below[]): Promise<boolean> {
  for await (const page of pages(held(requests, view, ids, below))) {
    const { taken } = await requests.ask({ give: { entries: page, records: [] } }, 'taken')
    if (taken !== undefined) requests.notKept(leftOf(page, taken.left))
    requests.sent += page.length
    requests.moved += page.length
    if (taken?.full === true) return false
  }
  return true
}

async function * held ({ node: { source } }: Requests, view: View, ids: Uint8Array[], below: Below[]): AsyncGenerator<Uint8Array> {
  for (const { prefix, except } of below) {
    for await (const entry of view.below(prefix)) {
      if (except === undefined || !except.has(hex(idOf(entry)))) yield entry
    }
  }
  for (let at = 0; at < ids.length; at += MAX_WANTED_IDS) yield * await source.entries(ids.slice(at, at + MAX_WANTED_IDS))
}

/**
 * Returns the ids of the entries of a page that the peer does not keep.
 *
 * @throws ProtocolError MALFORMED for an id that is not of the page
 */
export function leftOf (page: Uint8Array[], left: Uint8Array): Uint8Array[] {
  if (left.length === 0) return []
  const sent = new Set(page.map((entry) => hex(idOf(entry))))
  const ids = split(left, SUM_BYTES)
  if (ids.some((id) => !sent.has(hex(id)))) throw new ProtocolError('MALFORMED', 'An entry is said not to be kept that was not sent')
  return ids.map((id) => id.slice())
}
