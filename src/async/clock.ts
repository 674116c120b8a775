import { uptime } from 'node:os'

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

/** How old the machine's uptime may be where it is only looked at, milliseconds. */
const UPTIME_OLD_MS = 100

/**
 * Milliseconds since the machine started, **those that it slept too**: performance.now stops while the lid is closed.
 * Never goes back. Promises of other members are held against it.
 *
 * @param oldMs a reading this old (by performance.now) is as good as a new one. @default 0
 */
export function bootTime (oldMs = 0): () => number {
  let last = uptime() * 1000
  let read = performance.now()
  return () => {
    const since = performance.now() - read
    if (since < oldMs) return last + since
    read += since
    last = Math.max(last + (oldMs === 0 ? 0 : since), uptime() * 1000)
    return last
  }
}

/** For what is looked at often and decides nothing by itself. */
export const bootClock: Clock = { now: bootTime(UPTIME_OLD_MS), after: (ms, fn) => systemClock.after(ms, fn) }
/** For what a copy is let go by. */
export const freshBootClock: Clock = { now: bootTime(), after: (ms, fn) => systemClock.after(ms, fn) }
