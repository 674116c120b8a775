/** Time as replication needs it: a parameter, so that tests move it by hand. */
export interface Timer {
  /** Milliseconds. */
  now: () => number
  /** Calls `fn` once, `ms` from now; the result takes it back. */
  after: (ms: number, fn: () => void) => () => void
}
