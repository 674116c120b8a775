interface Watch { readonly limitMs: number, readonly since: number }

/** Tests replace this clock. `now` is milliseconds from any fixed point, never backwards. */
export interface Clock {
  now: () => number
  /**
   * Runs `run` after `delayMs`. `stop` cancels it; `ref` says whether the process has to stay alive
   * for it.
   */
  after: (delayMs: number, run: () => void) => { stop: () => void, ref: (wanted: boolean) => void }
}

const REAL_TIME: Clock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return {
      stop: () => { clearTimeout(timer) },
      ref: (wanted) => { if (wanted) timer.ref(); else timer.unref() }
    }
  }
}

/**
 * A watchdog watches the progress of one stream for any number of waits. All waits share one lazy
 * timer: a wait that ends in time costs no timer call.
 */
export class Watchdog {
  readonly #watches = new Set<Watch>()
  readonly #expired: () => void
  readonly #clock: Clock
  #progress = 0
  #timer: ReturnType<Clock['after']> | undefined
  #firesAt = Infinity

  /** Calls `expired` once for each time that a watch found no progress within its limit. */
  constructor (expired: () => void, clock: Clock = REAL_TIME) {
    this.#expired = expired
    this.#clock = clock
  }

  /** Records that a byte moved on the stream. */
  progress (): void {
    this.#progress = this.#clock.now()
  }

  /**
   * Starts a watch: `limitMs` without progress call `expired`. Infinity never expires. The returned
   * function ends the watch.
   */
  watch (limitMs: number): () => void {
    if (limitMs === Infinity) return () => {}
    const watch = { limitMs, since: this.#clock.now() }
    this.#watches.add(watch)
    if (watch.since + limitMs < this.#firesAt) this.#arm(watch.since, limitMs)
    // the timer may still run without a watch; it must then not keep the process alive
    else if (this.#watches.size === 1) this.#timer?.ref(true)
    return () => {
      this.#watches.delete(watch)
      if (this.#watches.size === 0) this.#timer?.ref(false)
    }
  }

  stop (): void {
    this.#watches.clear()
    this.#timer?.stop()
    this.#firesAt = Infinity
  }

  #arm (now: number, delayMs: number): void {
    this.#timer?.stop()
    this.#firesAt = now + delayMs
    this.#timer = this.#clock.after(delayMs, () => { this.#look() })
  }

  #look (): void {
    this.#firesAt = Infinity
    const now = this.#clock.now()
    let delayMs = Infinity
    for (const { limitMs, since } of this.#watches) {
      delayMs = Math.min(delayMs, Math.max(since, this.#progress) + limitMs - now)
    }
    if (delayMs <= 0) this.#expired()
    else if (delayMs < Infinity) this.#arm(now, delayMs)
  }
}
