import { countEntries } from '../index/queries/entries.js'
import type { IndexDb } from '../index/engine/index-db.js'
import { knownAddresses } from '../index/queries/members.js'
import { dropNodeState, nodeState, REBUILT } from '../index/queries/node-state.js'
import type { RebuildInfo } from '../api/node.js'
import type { Note } from './files.js'

/** At most this many addresses are tried to find other members. */
const MAX_PLACES = 64

/** This class handles a rebuilt index until this node has the entries of another member. */
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

  /**
   * True until a full sync with another member has ended: nothing is collected meanwhile, and this
   * node's own last entries may be missing.
   */
  get pending (): boolean { return this.isPending }

  /** The result of the rebuild, also after it is settled, until the process ends. */
  get info (): RebuildInfo | undefined {
    if (this.note === undefined) return undefined
    const { time, aside, pages, entries, blocks, bytes, versions, whole } = this.note
    return { time: new Date(time), ...(aside === '' ? {} : { aside }), pages, entries, blocks, bytes, versions, whole, settled: !this.isPending }
  }

  /**
   * Returns, while pending, the multiaddrs at which peers were reached. They may be no members: who
   * is a member may be unknown yet.
   */
  places (): string[] {
    if (!this.isPending) return []
    return knownAddresses(this.db).slice(0, MAX_PLACES).map(({ peer, address }) => address.includes('/p2p/') ? address : `${address}/p2p/${peer}`)
  }

  /** Records that an entry arrived. */
  news (): void { this.lastNews = performance.now() }

  /**
   * Records the end of a sync round with a member that had `theirs` entries at its start. All of
   * them are here now, unless some were left out.
   */
  async round (theirs: number): Promise<void> {
    if (!this.isPending || countEntries(this.db) < theirs) return
    await this.db.write([dropNodeState(REBUILT)])
    this.isPending = false
    for (const wake of this.waiting) wake()
  }

  /** Records that a member connected. */
  met (): void {
    this.news()
    for (const wake of this.waiting) wake()
  }

  /**
   * Waits for the first full sync, so that this node continues its chain after its own last
   * entries. The wait is bounded: while members are connected, until none has brought an entry for
   * `progressMs`; else until `aloneUntil` (on the clock of performance.now()).
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
