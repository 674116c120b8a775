interface Watch { readonly limitMs: number, readonly since: number }

/** Time, for tests to replace. Milliseconds from any fixed point, never backwards. */
export interface Clock {
  now: () => number
  /** The answer stops it. `ref` says whether the process has to stay alive for it. */
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
 * One clock of progress for a stream, and any number of waits that it must not stand still for. One lazy timer for
 * all of them: a wait that ends in time costs no timer call.
 */
export class Watchdog {
  readonly #watches = new Set<Watch>()
  readonly #expired: () => void
  readonly #clock: Clock
  #progress = 0
  #timer: ReturnType<Clock['after']> | undefined
  #firesAt = Infinity

  /** `expired` is called once for each time that a watch found no progress within its limit. */
  constructor (expired: () => void, clock: Clock = REAL_TIME) {
    this.#expired = expired
    this.#clock = clock
  }

  /** Something moved. */
  progress (): void {
    this.#progress = this.#clock.now()
  }

  /** From now on `limitMs` without progress expire; the answer ends that. */
  watch (limitMs: number): () => void {
    if (limitMs === Infinity) return () => {}
    const watch = { limitMs, since: this.#clock.now() }
    this.#watches.add(watch)
    if (watch.since + limitMs < this.#firesAt) this.#arm(watch.since, limitMs)
    // a process may end while nothing is waited for, although the timer still runs
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
