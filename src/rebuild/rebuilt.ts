import { countEntries } from '../index/queries/entries.js'
import type { IndexDb } from '../index/engine/index-db.js'
import { knownAddresses } from '../index/queries/members.js'
import { dropNodeState, nodeState, REBUILT } from '../index/queries/node-state.js'
import type { RebuildInfo } from '../api/node.js'
import type { Note } from './files.js'

/** Places that are tried for somebody who knows more. */
const MAX_PLACES = 64

/** What follows from an index that was made anew, until this node has what another member has. */
export class Rebuilt {
  private readonly note: Note | undefined
  private isPending: boolean
  private lastNews = -Infinity
  private readonly waiting = new Set<() => void>()

  constructor (private readonly db: IndexDb) {
    const text = nodeState(db, REBUILT)
    this.note = text === undefined ? undefined : JSON.parse(text) as Note
    this.isPending = text !== undefined
  }

  /** No full sync with another member has ended since: nothing is collected, and this node's own last entries may not be here. */
  get pending (): boolean { return this.isPending }

  /** What the rebuild brought; also of one that is settled, until the process ends. */
  get info (): RebuildInfo | undefined {
    if (this.note === undefined) return undefined
    const { time, aside, pages, entries, blocks, bytes, versions, whole } = this.note
    return { time: new Date(time), ...(aside === '' ? {} : { aside }), pages, entries, blocks, bytes, versions, whole, settled: !this.isPending }
  }

  /** While it is pending: multiaddrs at which others were reached, members or not, since who is a member may not be known. */
  places (): string[] {
    if (!this.isPending) return []
    return knownAddresses(this.db).slice(0, MAX_PLACES).map(({ peer, address }) => address.includes('/p2p/') ? address : `${address}/p2p/${peer}`)
  }

  /** An entry came. */
  news (): void { this.lastNews = performance.now() }

  /** A comparison with a member ended, which had `theirs` entries when it began: all of them are here, unless some were left out. */
  async round (theirs: number): Promise<void> {
    if (!this.isPending || countEntries(this.db) < theirs) return
    await this.db.write([dropNodeState(REBUILT)])
    this.isPending = false
    for (const wake of this.waiting) wake()
  }

  /** A member is here. */
  met (): void {
    this.news()
    for (const wake of this.waiting) wake()
  }

  /**
   * Waits for the first full sync, so that this node writes on after its own last entries. Not for ever: while members
   * are connected until none of them brought anything for `progressMs`, else until `aloneUntil` (by performance.now()).
   */
  async settled ({ connected, progressMs, aloneUntil, signal }: { connected: () => boolean, progressMs: number, aloneUntil: number, signal?: AbortSignal | undefined }): Promise<void> {
    while (this.isPending) {
      signal?.throwIfAborted()
      const until = connected() ? this.lastNews + progressMs : aloneUntil
      const ms = Math.ceil(until - performance.now())
      if (ms <= 0) return
      await this.change(ms, signal)
    }
  }

  private async change (ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.waiting.add(resolve)
    const onAbort = (): void => { resolve() }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      this.waiting.delete(resolve)
    }
  }
}
