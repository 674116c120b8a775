/** Time as a parameter, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds. */
  now: () => number
  /** Calls `fn` once, `ms` from now; the result takes it back. Keeps no process alive. */
  after: (ms: number, fn: () => void) => () => void
}

/** For pauses: a wall clock that is set back must not make them longer by as much. Milliseconds since 1970, as the wall clock was when the process began. */
export const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (ms, fn) => systemClock.after(ms, fn)
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}
