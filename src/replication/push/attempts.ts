import type { Pushing, PushPace } from './push-pace.js'
import { Wakeup } from '../../async/wakeup.js'

/** One push under way. */
interface Attempt { readonly ended: AbortController, late: boolean }

/** Brings something to `peer`, and tells `pushing` of each step. */
export type Work = (peer: string, signal: AbortSignal, pushing: Pushing) => Promise<void>

/** Pushes of one version to several members, of which some are late. */
export class Attempts {
  private readonly all = new Map<string, Attempt>()
  private readonly news = new Wakeup()

  /** @param ended a push is over; undefined: it worked */
  constructor (private readonly pace: PushPace, private readonly signal: AbortSignal | undefined, private readonly ended: (peer: string, error: unknown) => void) {
    signal?.addEventListener('abort', this.wake, { once: true })
  }

  get size (): number { return this.all.size }
  /** How many are late. */
  get late (): number { return [...this.all.values()].filter(({ late }) => late).length }
  has (peer: string): boolean { return this.all.has(peer) }

  begin (peer: string, work: Work): void {
    const attempt: Attempt = { ended: new AbortController(), late: false }
    const pushing = this.pace.begin(peer, () => {
      attempt.late = true
      this.wake()
      return true
    })
    const { ended: { signal } } = attempt
    this.follow(peer, work(peer, this.signal === undefined ? signal : AbortSignal.any([signal, this.signal]), pushing), attempt)
  }

  /** A push that was begun before, and is late. */
  follow (peer: string, work: Promise<void>, attempt: Attempt = { ended: new AbortController(), late: true }): void {
    this.all.set(peer, attempt)
    const over = (error?: unknown): void => {
      this.all.delete(peer)
      this.ended(peer, error)
      this.wake()
    }
    work.then(() => { over() }, over)
  }

  throwIfAborted (): void { this.signal?.throwIfAborted() }

  readonly wake = this.news.wake

  /** Resolves once a push ended, one is late, the signal aborted or `wake` was called since the last time; false: `ms` have passed before. */
  async turn (ms?: number): Promise<boolean> { return this.news.sleep(ms) }

  /** Drops what is under way. */
  end (): void {
    this.signal?.removeEventListener('abort', this.wake)
    for (const { ended } of this.all.values()) ended.abort(new Error('enough members have it'))
  }
}
