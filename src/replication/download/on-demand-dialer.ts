import type { Peers } from '../../network/peers.js'
import { abortable } from '../../async/abortable.js'
import type { Clock } from '../../async/clock.js'

/** Members without a connection that are dialled for one block, and how many of them at once. */
export const OTHERS_A_BLOCK = 8
const AT_ONCE = 3
/** Dials for all blocks together within MINUTE_MS: what nobody has must not make this node dial a whole vault for each block. */
export const OTHERS_A_MINUTE = 64
/** The same for what nobody waits for. */
export const OTHERS_A_MINUTE_UNATTENDED = 16
const MINUTE_MS = 60_000
/** A member that lacked something, or was not reached, is not dialled within this for what nobody waits for. */
const LACKED_MS = 5 * 60_000
/** Members that are remembered so; then it begins anew. */
const MAX_LACKED = 4096

export interface OnDemandDialerInit {
  peers: Pick<Peers, 'get' | 'reach'>
  /** Members that have no connection and may be dialled, the most promising first; asked for each block that is wanting. */
  list: () => string[]
  timer: Pick<Clock, 'now'>
  /** How long one dial is waited for. */
  dialMs: number
}

export interface FetchHints {
  /** Who wrote the file, when it is known: dialled first. */
  writer?: string | undefined
  /**
   * Members that should hold it, in order: asked before others that are connected, and dialled right after the writer.
   * Those of them that had not what they were asked for, or were not reached, after those of whom that is not known.
   */
  holders?: readonly string[] | undefined
  /** For what nobody waits for. @default up to OTHERS_A_MINUTE */
  dial?: 'never' | 'sparingly'
}

/** Members that are dialled when those that are connected do not have a block; what was learnt of one block serves the next. */
export class OnDemandDialer {
  private readonly dialled: number[] = []
  /** When a member last lacked something, or was not reached. */
  private readonly lacked = new Map<string, number>()

  constructor (private readonly init: OnDemandDialerInit) {}

  /** The search for one block; `need` may change meanwhile. */
  search (need: FetchHints): Search {
    return new Search((tried) => this.next(need, tried), (peer, signal) => this.dial(peer, signal))
  }

  /** A member, connected or not, has not what it was asked for. */
  lacks (peer: string): void {
    if (this.lacked.size >= MAX_LACKED) this.lacked.clear()
    this.lacked.set(peer, this.init.timer.now())
  }

  has (peer: string): void {
    this.lacked.delete(peer)
  }

  private next ({ writer, holders = [], dial }: FetchHints, tried: Set<string>): string | undefined {
    if (dial === 'never') return undefined
    const unattended = dial === 'sparingly'
    const now = this.init.timer.now()
    while (this.dialled[0] !== undefined && now - this.dialled[0] >= MINUTE_MS) this.dialled.shift()
    if (this.dialled.length >= (unattended ? OTHERS_A_MINUTE_UNATTENDED : OTHERS_A_MINUTE)) return undefined
    const since = (peer: string): number => this.lacked.get(peer) ?? -Infinity
    const place = new Map(holders.map((peer, at) => [peer, at]))
    const placeOf = (peer: string): number => place.get(peer) ?? Infinity
    const [best] = this.init.list()
      .filter((peer) => !tried.has(peer) && !(unattended && now - since(peer) < LACKED_MS))
      // a stable sort: among those that are alike the order of the list stays
      .sort((a, b) => Number(b === writer) - Number(a === writer) || Number(place.has(b)) - Number(place.has(a)) ||
        compare(since(a), since(b)) || compare(placeOf(a), placeOf(b)))
    return best
  }

  private async dial (peer: string, signal: AbortSignal): Promise<boolean> {
    this.dialled.push(this.init.timer.now())
    try {
      await this.init.peers.reach(peer, { signal: AbortSignal.any([signal, AbortSignal.timeout(this.init.dialMs)]) })
      return true
    } catch {
      if (!signal.aborted) this.lacks(peer)
      return false
    }
  }
}

/** Who was dialled for one block. */
export class Search {
  /** Not reached in time. */
  readonly unreached = new Set<string>()
  private readonly tried = new Set<string>()
  private readonly dials = new Set<Promise<void>>()

  constructor (private readonly next: (tried: Set<string>) => string | undefined, private readonly dial: (peer: string, signal: AbortSignal) => Promise<boolean>) {}

  /** Dials more of them; true once one of those that are being dialled is connected or was not reached, false when all were tried. */
  async more (signal: AbortSignal): Promise<boolean> {
    while (this.dials.size < AT_ONCE && this.tried.size < OTHERS_A_BLOCK) {
      const peer = this.next(this.tried)
      if (peer === undefined) break
      this.tried.add(peer)
      const work = this.dial(peer, signal).then((reached) => {
        if (!reached) this.unreached.add(peer)
        this.dials.delete(work)
      })
      this.dials.add(work)
    }
    if (this.dials.size === 0) return false
    await abortable(Promise.race(this.dials), signal)
    return true
  }
}

function compare (a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
