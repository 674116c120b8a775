import { setImmediate as nextTurn } from 'node:timers/promises'
import { hex, idOf } from '../../../protocols/sync/entry-id.js'
import type { RoundResult } from '../../../protocols/sync/session.js'

/**
 * A watch follows the entries that this node writes while the watch is open, and the members that
 * keep these entries. Many watches may be open.
 */
export class EntryWatch {
  /** PeerIds of members that have committed an entry, by id of the entry in hex. */
  private readonly kept = new Map<string, Set<string>>()
  private writing = true
  /** Called when a member has committed some of the entries. */
  onProgress: (() => void) | undefined
  private woken = Promise.withResolvers<void>()

  constructor (private readonly watches: Set<EntryWatch>) {
    watches.add(this)
  }

  /** Ends the watch for new entries. Returns true when entries were written until now. */
  written (): boolean {
    this.writing = false
    return this.kept.size > 0
  }

  wrote (entries: Uint8Array[]): void {
    if (this.writing) for (const entry of entries) this.kept.set(hex(idOf(entry)), new Set())
  }

  /** Call when a member has committed these entries. */
  heard (peer: string, ids: string[]): void {
    const news = ids.filter((id) => this.kept.get(id)?.has(peer) === false)
    for (const id of news) this.kept.get(id)?.add(peer)
    if (news.length > 0) this.onProgress?.()
    this.wake()
  }

  /** Returns true when the member keeps all written entries. */
  isKeptBy (peer: string): boolean {
    return this.kept.size > 0 && [...this.kept.values()].every((peers) => peers.has(peer))
  }

  /** Returns true when a round that this node led after the writes left none of them out. */
  isKeptAfter ({ left: { count, ids } }: Pick<RoundResult, 'left'>): boolean {
    if (count === 0) return true
    return this.kept.size > 0 && count === ids.length && !ids.some((id) => this.kept.has(hex(id)))
  }

  wake (): void {
    const { resolve } = this.woken
    this.woken = Promise.withResolvers<void>()
    resolve()
  }

  /**
   * Resolves after the next event between this node and a member. Take the promise before reading
   * state.
   */
  next (): Promise<void> {
    // the event that woke this promise is over in the next turn of the event loop
    return this.woken.promise.then(() => nextTurn())
  }

  [Symbol.dispose] (): void {
    this.watches.delete(this)
  }
}

/** The registry of open watches. */
export class EntryWatches {
  private readonly all = new Set<EntryWatch>()

  open (): EntryWatch { return new EntryWatch(this.all) }

  wrote (entries: Uint8Array[]): void {
    for (const watch of this.all) watch.wrote(entries)
  }

  /** Call when a member has committed these entries except for the ids of `left`. */
  heard (peer: string, entries: Uint8Array[], left: Uint8Array[]): void {
    if (this.all.size === 0) return
    const not = new Set(left.map(hex))
    const ids = entries.map((entry) => hex(idOf(entry))).filter((id) => !not.has(id))
    for (const watch of this.all) watch.heard(peer, ids)
  }

  /** Call when a round or a sync began or ended. */
  moved (): void {
    for (const watch of this.all) watch.wake()
  }
}
