import { compareBytes } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { join, setOf, split } from './codec.js'
import type { Message } from './codec.js'
import { LATE_PASSES, LEAF_IDS, LONGEST_PREFIX_DIGITS, MAX_HEADS, MAX_PAGE_BYTES, MAX_ROUND_PREFIXES, MAX_ROUND_REQUESTS, SPARE_ENTRIES, SUBJECT_BYTES, SUM_BYTES } from './constants.js'
import { totalOf } from './digest.js'
import { hex, idOf } from './entry-id.js'
import type { Ask, Node, Start, Want } from './messages.js'
import { pages } from './pages.js'
import type { SyncInit } from './source.js'
import { receive } from './trade.js'
import { CheckedView, keptView } from './views.js'
import type { View } from './views.js'

/**
 * The answerer answers the requests of one round, one by one. Between them it keeps one page, some
 * counts and the late entries.
 */
export class Answerer {
  /** The number of entries that the leader had at the start. */
  readonly theirs: number
  /** The number of entries that arrived. */
  received = 0
  /** The number of entries that were sent. */
  sent = 0
  /** The number of entries of this node at the start. */
  #mine = 0
  #prefixes = 0
  #requests = 0
  #inVain = 0
  /**
   * The number of given entries of unknown kinds that were left out, because this node keeps enough
   * of their writer.
   */
  #over = 0
  /** Given entries that were not kept: their ancestors may arrive after them. */
  #late: Uint8Array[] = []
  #pages: Pages | undefined
  #checked: CheckedView | undefined

  constructor (readonly node: Pick<SyncInit, 'source' | 'receive' | 'receiveRecords'>, private readonly start: Start) {
    this.theirs = (start.vault?.count ?? 0) + (start.file?.count ?? 0)
  }

  /** True in a checked round, in which digests under a key are answered. */
  get checked (): boolean { return this.#checked !== undefined }

  /**
   * Returns the digests of both sets.
   *
   * @param nonce this side's nonce, when the leader asked for a checked round and gets one
   */
  async begin (nonce?: Uint8Array): Promise<{ started: Start }> {
    const started = await digests(this.node.source)
    this.#mine = started.vault.count + started.file.count
    if (nonce === undefined || this.start.nonce === undefined) return { started }
    this.#checked = new CheckedView(this.node.source, [this.start.nonce.slice(), nonce], this.#mine)
    return { started: { ...started, nonce } }
  }

  /**
   * Returns the answer to a request, or undefined when the request has none.
   *
   * @throws ProtocolError MALFORMED for a message that is no request, LIMIT for one request too
   *   many
   */
  async answer (message: Message): Promise<Message | undefined> {
    const { ask, want, more, give, askHeads } = message
    if (more !== undefined) return await this.#more(more.stop)
    if (this.#pages !== undefined) throw new ProtocolError('MALFORMED', 'A request before the pages of the last one were all taken')
    if (++this.#requests > MAX_ROUND_REQUESTS) throw new ProtocolError('LIMIT', `More than ${MAX_ROUND_REQUESTS} requests in a round`)
    if (ask !== undefined) return { found: { nodes: await this.#nodes(ask) } }
    if (want !== undefined) return await this.#want(want)
    if (give !== undefined) return await this.#take(give.entries, give.records)
    if (askHeads !== undefined) return { heads: this.#heads(askHeads.after) }
    throw new ProtocolError('MALFORMED', 'No request of a leader')
  }

  /** Ends the page reading that is under way. */
  async end (): Promise<void> {
    await this.#pages?.return(undefined)
    this.#pages = undefined
  }

  async #nodes ({ set, prefixes }: Ask): Promise<Node[]> {
    this.#prefixes += prefixes.length
    if (this.#prefixes > MAX_ROUND_PREFIXES) throw new ProtocolError('LIMIT', `More than ${MAX_ROUND_PREFIXES} prefixes in a round`)
    const nodes: Node[] = []
    for (const prefix of prefixes) nodes.push(await this.#node(this.#view(set), prefix))
    return nodes
  }

  #view (set: number): View {
    const name = setOf(set)
    if (name !== 'all') return keptView(this.node.source, name)
    if (this.#checked === undefined) throw new ProtocolError('MALFORMED', 'Both sets together, in a round that is not checked')
    return this.#checked
  }

  async #node (view: View, prefix: string): Promise<Node> {
    const ids = await view.ids(prefix, LEAF_IDS + 1)
    if (ids.length <= LEAF_IDS || prefix.length === LONGEST_PREFIX_DIGITS) return { ids: new Uint8Array(Buffer.concat(ids.slice(0, LEAF_IDS))), children: [] }
    const children = await view.children(prefix)
    return { ids: new Uint8Array(0), children: children.map((child) => ({ digits: Number.parseInt(child.prefix.slice(prefix.length), 16), count: child.count, sum: child.sum })) }
  }

  async #want ({ set, prefixes, ids, subjects }: Want): Promise<Message> {
    const { source } = this.node
    if (subjects.length > 0) {
      const records = split(subjects, SUBJECT_BYTES).map((subject) => source.record(subject)).filter((record) => record !== undefined)
      this.#pages = marked(records, 'records')
    } else {
      this.#pages = marked(this.#entries(this.#view(set), prefixes, split(ids, SUM_BYTES)), 'entries')
    }
    return await this.#next(this.#pages)
  }

  async * #entries (view: View, prefixes: string[], ids: Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const prefix of prefixes) yield * view.below(prefix)
    if (ids.length > 0) yield * await this.node.source.entries(ids)
  }

  async #more (stop: boolean): Promise<Message | undefined> {
    if (this.#pages === undefined) throw new ProtocolError('MALFORMED', 'More of nothing')
    if (!stop) return await this.#next(this.#pages)
    await this.end()
    return undefined
  }

  async #next (from: Pages): Promise<Message> {
    const { value } = await from.next()
    const page = value ?? { entries: [], records: [], last: true }
    if (page.last) this.#pages = undefined
    this.sent += page.entries.length
    if (this.sent > 2 * this.#mine + SPARE_ENTRIES) throw new ProtocolError('LIMIT', 'The same entries over and over in one round')
    return { page }
  }

  async #take (entries: Uint8Array[], records: Uint8Array[]): Promise<Message> {
    let notKept: Uint8Array[] = []
    if (entries.length > 0) {
      const { brought, left, full, over } = await receive(this, entries)
      this.#over += over
      if (full || this.#over > SPARE_ENTRIES) {
        this.#mine += brought
        return { taken: { left: sorted(left), full: true } }
      }
      notKept = left
      this.#count(entries.length - over, brought)
      if (over === 0) this.#defer(entries, left)
      if (brought > 0) await this.#again()
    }
    if (records.length > 0) await this.node.receiveRecords(records)
    return { taken: { left: sorted(notKept) } }
  }

  #count (came: number, brought: number): void {
    this.#mine += brought
    this.#inVain += came - brought
    if (this.#inVain > this.#mine + SPARE_ENTRIES) throw new ProtocolError('LIMIT', 'Entries over and over that are here or are not kept')
  }

  /** Keeps copies of the entries that are still missing, at most MAX_PAGE_BYTES in all. */
  #defer (entries: Uint8Array[], left: Uint8Array[]): void {
    const ids = new Set(left.map(hex))
    let room = MAX_PAGE_BYTES - this.#late.reduce((sum, { length }) => sum + length, 0)
    for (const entry of entries) {
      if (!ids.has(hex(idOf(entry))) || entry.length > room) continue
      this.#late.push(entry.slice())
      room -= entry.length
    }
  }

  /** Receives the late entries again while that brings some in, LATE_PASSES times at most. */
  async #again (): Promise<void> {
    for (let pass = 0; pass < LATE_PASSES && this.#late.length > 0; pass++) {
      const { brought, left } = await receive({ node: this.node, received: 0 }, this.#late)
      this.#count(this.#late.length, brought)
      const ids = new Set(left.map(hex))
      this.#late = this.#late.filter((entry) => ids.has(hex(idOf(entry))))
      if (brought === 0) return
    }
  }

  #heads (after: Uint8Array): NonNullable<Message['heads']> {
    const all = this.node.source.records().filter(({ subject }) => compareBytes(subject, after) > 0).sort((a, b) => compareBytes(a.subject, b.subject))
    return { heads: all.slice(0, MAX_HEADS), last: all.length <= MAX_HEADS }
  }
}

/** Returns ids as an acknowledgement contains them: sorted and joined. */
export const sorted = (ids: Uint8Array[]): Uint8Array => join([...ids].sort(compareBytes))

type Page = NonNullable<Message['page']>
type Pages = AsyncGenerator<Page, undefined>

/** Yields pages, each marked with whether it is the last. */
async function * marked (list: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, kind: 'entries' | 'records'): Pages {
  let before: Page | undefined
  for await (const page of pages(list)) {
    if (before !== undefined) yield before
    before = { entries: [], records: [], last: false, [kind]: page }
  }
  if (before !== undefined) yield { ...before, last: true }
}

/** Returns the digests of both sets, as `start` and `started` contain them. */
export async function digests (source: SyncInit['source']): Promise<Required<Pick<Start, 'vault' | 'file'>>> {
  return { vault: totalOf(await source.children('vault', '')), file: totalOf(await source.children('file', '')) }
}
