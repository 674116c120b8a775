import { setImmediate as nextTurn } from 'node:timers/promises'
import { hex, idOf } from '../../../protocols/sync/entry-id.js'
import type { RoundResult } from '../../../protocols/sync/session.js'

/** Which members keep the entries that this node writes while it is written to; of all that it writes, whoever wants it. */
export class EntryWatch {
  /** By id, in hex: members that said that they have committed it. */
  private readonly kept = new Map<string, Set<string>>()
  private writing = true
  /** A member has committed some of it. */
  onProgress: (() => void) | undefined
  private woken = Promise.withResolvers<void>()

  constructor (private readonly watches: Set<EntryWatch>) {
    watches.add(this)
  }

  /** What is written from now on is not waited for. True when something was. */
  written (): boolean {
    this.writing = false
    return this.kept.size > 0
  }

  wrote (entries: Uint8Array[]): void {
    if (this.writing) for (const entry of entries) this.kept.set(hex(idOf(entry)), new Set())
  }

  /** A member has committed these entries. */
  heard (peer: string, ids: string[]): void {
    const news = ids.filter((id) => this.kept.get(id)?.has(peer) === false)
    for (const id of news) this.kept.get(id)?.add(peer)
    if (news.length > 0) this.onProgress?.()
    this.wake()
  }

  /** True when a member keeps all that was written. */
  isKeptBy (peer: string): boolean {
    return this.kept.size > 0 && [...this.kept.values()].every((peers) => peers.has(peer))
  }

  /** What a round says that this node led after all was written. */
  isKeptAfter ({ left: { count, ids } }: Pick<RoundResult, 'left'>): boolean {
    if (count === 0) return true
    return this.kept.size > 0 && count === ids.length && !ids.some((id) => this.kept.has(hex(id)))
  }

  wake (): void {
    const { resolve } = this.woken
    this.woken = Promise.withResolvers<void>()
    resolve()
  }

  /** Resolves after something moved, from now on, between this node and a member. To be taken before one looks. */
  next (): Promise<void> {
    // what woke it is over in the next turn of the event loop
    return this.woken.promise.then(() => nextTurn())
  }

  [Symbol.dispose] (): void {
    this.watches.delete(this)
  }
}

/** All who want to know what members keep. */
export class EntryWatches {
  private readonly all = new Set<EntryWatch>()

  open (): EntryWatch { return new EntryWatch(this.all) }

  wrote (entries: Uint8Array[]): void {
    for (const watch of this.all) watch.wrote(entries)
  }

  /** A member has committed these entries but for those of these ids. */
  heard (peer: string, entries: Uint8Array[], left: Uint8Array[]): void {
    if (this.all.size === 0) return
    const not = new Set(left.map(hex))
    const ids = entries.map((entry) => hex(idOf(entry))).filter((id) => !not.has(id))
    for (const watch of this.all) watch.heard(peer, ids)
  }

  /** A round or a sync began or ended. */
  moved (): void {
    for (const watch of this.all) watch.wake()
  }
}
