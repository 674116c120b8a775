import type { Clock } from '../../async/clock.js'

/** No member is late before: a short pause of either side is no reason to begin with another. */
export const LATE_FROM_MS = 1_000
/** A member is late after so many times the longest that a step of a push usually takes it. */
export const LATE_FACTOR = 3
/** A member that was late comes after the others for this long, or until it answers. */
export const LATE_KEPT_MS = 60_000
/** How much the newest push counts in what is usual. */
const NEWEST = 0.3

/** How long members take for the steps of a push, and which of them did not get on lately. */
export class PushPace {
  /** Milliseconds of the longest step of a push, moving average. */
  private readonly usual = new Map<string, number>()
  private readonly lateAt = new Map<string, number>()

  constructor (private readonly timer: Clock) {}

  /** Milliseconds without progress after which it is late. */
  lateMs (peer: string): number {
    return Math.max(LATE_FROM_MS, LATE_FACTOR * (this.usual.get(peer) ?? 0))
  }

  /** It was late within LATE_KEPT_MS, and has not answered since. */
  isLate (peer: string): boolean {
    const at = this.lateAt.get(peer)
    return at !== undefined && this.timer.now() - at < LATE_KEPT_MS
  }

  /** Members that were late come last; otherwise the order stays. */
  sorted (peers: readonly string[]): string[] {
    return [...peers.filter((peer) => !this.isLate(peer)), ...peers.filter((peer) => this.isLate(peer))]
  }

  /**
   * One push to `peer` begins.
   *
   * @param onLate a step is late. False: it is called again after the same time without progress
   */
  begin (peer: string, onLate: () => boolean): Pushing {
    return new Pushing({
      timer: this.timer,
      lateMs: () => this.lateMs(peer),
      late: () => {
        this.lateAt.set(peer, this.timer.now())
        return onLate()
      },
      answered: () => { this.lateAt.delete(peer) },
      ended: (longest) => { this.usual.set(peer, longest * NEWEST + (this.usual.get(peer) ?? longest) * (1 - NEWEST)) }
    })
  }
}

interface PushingInit {
  timer: Clock
  lateMs: () => number
  late: () => boolean
  answered: () => void
  ended: (longestMs: number) => void
}

/** What one member does within one push. */
export class Pushing {
  private longest = 0

  constructor (private readonly init: PushingInit) {}

  /** Something that the member has to get on with; its result is that of `work`. */
  async step<T> (work: Promise<T>): Promise<T> {
    const { timer, answered } = this.init
    const began = timer.now()
    const cancel = this.watch()
    try {
      const result = await work
      answered()
      this.longest = Math.max(this.longest, timer.now() - began)
      return result
    } finally {
      cancel()
    }
  }

  /** It gave its word: what it needed for that counts as usual. */
  ended (): void {
    this.init.ended(this.longest)
  }

  private watch (): () => void {
    const { timer, lateMs, late } = this.init
    // two halves: where this process itself stood still, what came meanwhile is read between them
    const half = (then: () => void): (() => void) => timer.after(lateMs() / 2, then)
    let cancel = half(() => { second() })
    const second = (): void => { cancel = half(() => { if (!late()) cancel = half(second) }) }
    return () => { cancel() }
  }
}
