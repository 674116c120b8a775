/** Time as a parameter, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds. */
  now: () => number
  /** Calls `fn` once, `ms` from now; the result takes it back. Keeps no process alive. */
  after: (ms: number, fn: () => void) => () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}
