import type { IndexDb, Statement } from '../engine/index-db.js'

/**
 * A pause between two runs counts as at most this much. Longer ones are cut: nothing here tells a machine that was off
 * from a clock that was wrong, and a clock that is a month ahead must not let blocks go a month early.
 */
export const MAX_PAUSE_MS = 86400e3
/** A note that is younger than this is not worth another. */
const NOTED_MS = 60e3

/** Whole milliseconds since 1970 that never go back while the process runs, whatever is done to the wall clock. */
export const steadyMs = (): number => Math.round(performance.timeOrigin + performance.now())

interface Row { last: number, skipped: number }

const rowOf = (db: IndexDb): Row => db.get<Row>('SELECT last, skipped FROM own_time') ?? { last: 0, skipped: 0 }

/**
 * This node's own time in milliseconds: what `since` in the tables of versions-schema.ts is in. It goes on while the
 * node runs, by a clock that nobody sets, and over a pause by at most MAX_PAUSE_MS; it never goes back. It is the wall
 * clock's time on a node that never had a longer pause, and behind it otherwise, so no age by it is too high.
 */
export const ownMs = (db: IndexDb): number => steadyMs() - rowOf(db).skipped

/** Notes where the clock stands; what passes until the next note counts as a pause if the process ends without one. */
export function noteOwnTime (db: IndexDb, now = steadyMs()): Statement[] {
  const { last } = rowOf(db)
  return last !== 0 && now >= last && now - last < NOTED_MS ? [] : [['UPDATE own_time SET last = max(last, ?)', now]]
}

/** Goes on from the last note: once after the index was opened, before anything reads or writes times. */
export function resumeOwnTime (db: IndexDb, now = steadyMs()): Statement[] {
  const { last, skipped } = rowOf(db)
  if (last === 0) return [['UPDATE own_time SET last = ?', now]]
  const passed = now - last
  const cut = passed < 0 ? passed : Math.max(0, passed - MAX_PAUSE_MS)
  return cut === 0 ? [] : [['UPDATE own_time SET last = ?, skipped = ?', now, skipped + cut]]
}
