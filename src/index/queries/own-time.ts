import type { IndexDb, Statement } from '../engine/index-db.js'

/**
 * A pause between two runs counts as at most this much. A longer pause is cut: a machine that was
 * off cannot be told from a clock that was wrong, and a clock that is a month ahead must not
 * release blocks a month early.
 */
export const MAX_PAUSE_MS = 86400e3
/** A note that is younger than this is not written again. */
const NOTED_MS = 60e3

/**
 * Returns whole milliseconds since 1970 that never go back while the process runs, however the wall
 * clock is set.
 */
export const steadyMs = (): number => Math.round(performance.timeOrigin + performance.now())

interface Row { last: number, skipped: number }

const rowOf = (db: IndexDb): Row => db.get<Row>('SELECT last, skipped FROM own_time') ?? { last: 0, skipped: 0 }

/**
 * Returns this node's own time in milliseconds, the unit of `since` in
 * src/index/migrations/versions.ts. It advances while the node runs, by a clock that nobody sets,
 * and over a pause by at most MAX_PAUSE_MS; it never goes back. It is the wall clock's time on a
 * node that never had a longer pause, and behind it otherwise, so no age by it is too high.
 */
export const ownMs = (db: IndexDb): number => steadyMs() - rowOf(db).skipped

/** Notes the present clock. Time after the last note counts as a pause when the process ends. */
export function noteOwnTime (db: IndexDb, now = steadyMs()): Statement[] {
  const { last } = rowOf(db)
  return last !== 0 && now >= last && now - last < NOTED_MS ? [] : [['UPDATE own_time SET last = max(last, ?)', now]]
}

/**
 * Continues from the last note. Call once after the index was opened, before anything reads or
 * writes times.
 */
export function resumeOwnTime (db: IndexDb, now = steadyMs()): Statement[] {
  const { last, skipped } = rowOf(db)
  if (last === 0) return [['UPDATE own_time SET last = ?', now]]
  const passed = now - last
  const cut = passed < 0 ? passed : Math.max(0, passed - MAX_PAUSE_MS)
  return cut === 0 ? [] : [['UPDATE own_time SET last = ?, skipped = ?', now, skipped + cut]]
}
