import type { Clock } from '../../async/clock.js'

/** What is older than this counts for little. */
const WINDOW_MS = 30_000

/** Bytes a second, of about the last half minute. */
export class Throughput {
  private bytes = 0
  private at: number | undefined
  private began = 0

  constructor (private readonly timer: Pick<Clock, 'now'>) {}

  add (bytes: number): void {
    const now = this.timer.now()
    // after a pause it begins anew: how fast it was long ago says nothing
    if (this.at === undefined || now - this.at > 4 * WINDOW_MS) [this.bytes, this.began] = [0, now]
    this.bytes = this.left(now) + bytes
    this.at = now
  }

  /** 0 when nothing came for long. */
  get perSecond (): number {
    const now = this.timer.now()
    const share = 1 - Math.exp(-Math.max(1000, now - this.began) / WINDOW_MS)
    return this.at === undefined ? 0 : this.left(now) / (share * WINDOW_MS / 1000)
  }

  private left (now: number): number {
    return this.at === undefined ? 0 : this.bytes * Math.exp(-(now - this.at) / WINDOW_MS)
  }
}
