import { ProtocolError } from '../errors.js'
import { checkDepth, childPrefix, split } from './codec.js'
import { LONGEST_PREFIX_DIGITS, MAX_PREFIXES, MAX_WANTED_IDS, PREFIXES_AN_ENTRY, SUM_BYTES, VAIN_PREFIXES } from './constants.js'
import { sameDigest, totalOf } from './digest.js'
import type { Digest } from './digest.js'
import { hex } from './entry-id.js'
import type { Node } from './messages.js'
import type { Requests } from './requests.js'
import { give, want } from './trade.js'
import type { Below } from './trade.js'
import type { View } from './views.js'

/**
 * Below an open prefix both sides have entries that differ; `theirs` is the peer's digest of it.
 */
interface Open { prefix: string, theirs: Digest }

/**
 * A leader compares one set, or both under a key, in one round: it finds the differences, brings
 * the entries that it lacks, and gives the entries that the peer lacks.
 */
export class Comparison {
  readonly #requests: Requests
  readonly #view: View
  /**
   * The open prefixes; the last is taken first, so the list stays short however many differences
   * there are.
   */
  readonly #open: Open[] = []
  #asked = 0
  /**
   * True when this side has no room for more entries of the set; the rest waits for a later round.
   * `#peerFull` is the same for the peer.
   */
  #full = false
  #peerFull = false
  #wantIds: Uint8Array[] = []
  #wantPrefixes: Open[] = []
  #giveIds: Uint8Array[] = []
  #giveBelow: Below[] = []
  #late: Uint8Array[] = []

  constructor (requests: Requests, view: View) {
    this.#requests = requests
    this.#view = view
  }

  /** Resolves when both sides have all entries of either side, as far as each side keeps them. */
  async run (theirs: Digest): Promise<void> {
    this.#differing('', totalOf(await this.#view.children('')), theirs)
    await this.#all()
  }

  /**
   * Compares like `run`, but does not digest the whole set first: where digests are not kept, the
   * whole costs more than its parts.
   */
  async search (theirs: Digest): Promise<void> {
    this.#open.push({ prefix: '', theirs })
    await this.#all()
  }

  async #all (): Promise<void> {
    const before = this.#requests.moved
    await this.#flush()
    while (this.#open.length > 0) {
      await this.#step()
      await this.#flush()
    }
    if (this.#requests.moved > before) await this.#again()
  }

  get #source (): Requests['node']['source'] {
    return this.#requests.node.source
  }

  /** Decides what to do about a prefix: nothing, bring all, give all, or compare its children. */
  #differing (prefix: string, mine: Digest | undefined, theirs: Digest | undefined): void {
    if (theirs === undefined || theirs.count === 0) {
      if (mine !== undefined && mine.count > 0) this.#giveBelow.push({ prefix })
    } else if (mine === undefined || mine.count === 0) {
      this.#wantPrefixes.push({ prefix, theirs })
    } else if (!sameDigest(mine, theirs)) {
      this.#open.push({ prefix, theirs })
    }
  }

  /** Asks for the children of some open prefixes. */
  async #step (): Promise<void> {
    const asked = (await this.#still(this.#open.splice(-MAX_PREFIXES))).sort((a, b) => a.prefix < b.prefix ? -1 : 1)
    if (asked.length === 0) return
    this.#asked += asked.length
    if (!this.#full && !this.#peerFull && this.#asked > VAIN_PREFIXES + PREFIXES_AN_ENTRY * this.#requests.moved) throw new ProtocolError('LIMIT', 'Digests that differ, and no entry that does')
    const { found } = await this.#requests.ask({ ask: { set: this.#view.number, prefixes: asked.map(({ prefix }) => prefix) } }, 'found')
    if (found?.nodes.length !== asked.length) throw new ProtocolError('MALFORMED', 'Not one answer for each prefix')
    for (const [at, open] of asked.entries()) {
      const node = found.nodes[at]
      if (node === undefined) continue
      if (node.children.length > 0) await this.#branch(open, node)
      else await this.#leaf(open, split(node.ids, SUM_BYTES))
    }
  }

  /**
   * Returns the prefixes that still differ. Another peer may have brought their entries meanwhile;
   * a request for such a prefix would look as if the digests were wrong.
   */
  async #still (open: Open[]): Promise<Open[]> {
    if (!this.#view.kept) return open
    const levels = new Map<string, Map<string, Digest>>()
    const still: Open[] = []
    for (const one of open) {
      const above = one.prefix.length <= 2 ? '' : one.prefix.slice(0, -1)
      const mine = levels.get(above) ?? new Map((await this.#view.children(above)).map((child) => [child.prefix, child]))
      levels.set(above, mine)
      const digest = mine.get(one.prefix)
      if (digest === undefined || !sameDigest(digest, one.theirs)) still.push(one)
    }
    return still
  }

  async #branch ({ prefix }: Open, { children }: Node): Promise<void> {
    if (prefix.length >= LONGEST_PREFIX_DIGITS) throw new ProtocolError('LIMIT', 'Digests below the longest prefix')
    const mine = new Map((await this.#view.children(prefix)).map((child) => [child.prefix, child]))
    for (const child of children) {
      checkDepth(prefix, child)
      const below = childPrefix(prefix, child.digits)
      this.#differing(below, mine.get(below), child)
      mine.delete(below)
    }
    for (const [below, digest] of mine) this.#differing(below, digest, undefined)
  }

  async #leaf ({ prefix }: Open, ids: Uint8Array[]): Promise<void> {
    const listed = new Set(ids.map(hex))
    for (const name of listed) if (!name.startsWith(prefix)) throw new ProtocolError('MALFORMED', 'Not below the prefix that was asked for')
    this.#wantIds.push(...await this.#source.missing(ids))
    const mine = await this.#view.ids(prefix, MAX_WANTED_IDS + 1)
    if (mine.length > MAX_WANTED_IDS) this.#giveBelow.push({ prefix, except: listed })
    else this.#giveIds.push(...mine.filter((id) => !listed.has(hex(id))))
  }

  /**
   * Transfers the differences found so far before the search goes on. This bounds memory and lets
   * progress show.
   */
  async #flush (): Promise<void> {
    const [ids, prefixes] = [this.#wantIds, this.#wantPrefixes]
    const [giveIds, giveBelow] = [this.#giveIds, this.#giveBelow]
    this.#wantIds = []
    this.#wantPrefixes = []
    this.#giveIds = []
    this.#giveBelow = []
    prefixes.sort((a, b) => a.prefix < b.prefix ? -1 : 1)
    while (!this.#full && (ids.length > 0 || prefixes.length > 0)) {
      const below = prefixes.splice(0, MAX_PREFIXES)
      const { whole, late, full } = await want(this.#requests, this.#view, below.map(({ prefix }) => prefix), ids.splice(0, MAX_WANTED_IDS).sort(Buffer.compare))
      if (this.#late.length < MAX_WANTED_IDS) this.#late.push(...late)
      this.#full ||= full
      // another peer brings the same entries: compare again what is still missing
      if (!whole) this.#open.push(...below)
    }
    if (!this.#peerFull && !await give(this.#requests, this.#view, giveIds, giveBelow)) this.#peerFull = true
  }

  /**
   * Brings again the entries that were not kept because their ancestors arrived after them, while
   * that helps.
   */
  async #again (): Promise<void> {
    let late = await this.#source.missing(this.#late.slice(0, MAX_WANTED_IDS).sort(Buffer.compare))
    while (late.length > 0 && !this.#full) {
      await want(this.#requests, this.#view, [], late)
      const left = await this.#source.missing(late)
      if (left.length === late.length) return
      late = left
    }
  }
}
