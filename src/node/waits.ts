import { ASK_MS, DURABLE_ANSWER_MS, DURABLE_PROGRESS_MS, INACTIVITY_MS, RECONNECT_MAX_MS, SEEK_MS } from '../defaults.js'
import { steadyClock, systemClock, type Clock } from '../async/clock.js'
import type { Cost } from '../vault/keys/passphrase.js'

/** Waits that tests shorten, in milliseconds. @internal */
export interface Waits {
  answerMs: number
  progressMs: number
  askMs: number
  reconnectMaxMs: number
  inactivityMs: number
  seekMs: number
  /** Clock of connections and idle streams. */
  clock: Clock
  /** Clock by which invites and links expire. */
  wall: Clock
  /** Cost of deriving a passphrase's key. @default that of new keyrings */
  cost?: Cost
  /** @default SCRUB_MS */
  scrubMs?: number
  /** Before it is told that versions have too few copies. @default NOT_ASKED_MS */
  tellCopiesMs?: number
}

export const WAITS: Waits = {
  answerMs: DURABLE_ANSWER_MS,
  progressMs: DURABLE_PROGRESS_MS,
  askMs: ASK_MS,
  reconnectMaxMs: RECONNECT_MAX_MS,
  inactivityMs: INACTIVITY_MS,
  seekMs: SEEK_MS,
  clock: steadyClock,
  wall: systemClock
}
