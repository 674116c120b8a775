export const AUDIT_PROTOCOL = '/dfs/audit/1.0.0'

/** Groups in one `have`. */
export const MAX_GROUPS = 256
/** Groups in one `keep`. */
export const MAX_KEEP_GROUPS = 64
/** Ranges in one `challenge`. */
export const MAX_RANGES = 64
/** Bytes of one range; at least 1. */
export const MAX_RANGE_BYTES = 64 * 1024
/** Groups of a version: 1 PiB. Indexes go up to one less. */
export const MAX_VERSION_GROUPS = 1024 * 1024
export const NONCE_BYTES = 32
export const PROOF_BYTES = 32
/** Longest message, of either side. */
export const MAX_AUDIT_MESSAGE_BYTES = 16 * 1024
/** From a question to its answer; the sender's own bound. */
export const ANSWER_MS = 10_000

/** A promise holds this long after it was answered, and after each restart of who gave it. */
export const PROMISE_MS = 3_600_000
/** Promises to one member that hold at one time. */
export const MAX_PROMISES = 1024
/** A member that answers `coming` counts for this long after the last time that its share grew. */
export const COMING_MS = 600_000

/** What one member may cost another in a minute, on all its streams together. */
export const COST_A_MINUTE_BYTES = 16 * 1024 * 1024
/** What a group of a `have` counts. */
export const HAVE_COST_BYTES = 64
/** What a group of a `keep` counts: its answer is written to disk first. */
export const KEEP_COST_BYTES = 16 * 1024
/** The least that a range counts, whatever its length. */
export const MIN_RANGE_COST_BYTES = 4 * 1024
/** The longest wait that is asked for. */
export const MAX_WAIT_MS = 60_000
/** Text for people in a refusal, in UTF-8. */
export const MAX_TEXT_BYTES = 256
/** Doubts that HELD says, up to MAX_DOUBTS, are added to this; without any it is HELD alone. */
export const DOUBTS_FROM = 10
export const MAX_DOUBTS = 9
/** Share of a group that `coming` says, in percent, is added to this. */
export const COMING_FROM = 100

/**
 * What a member has of a group. The numbers travel; `coming` is COMING_FROM + percent, `held` with
 * doubts DOUBTS_FROM + doubts; unknown ones count as NONE.
 */
export const STATES = {
  /** Not all of it, and nothing of it is being fetched; or the group is not known. */
  NONE: 0,
  /** All of it, and it means to keep it. */
  HELD: 1,
  /** Not all of it, and it will not: no room, read-only, nothing lent, put away by its user. */
  CANNOT: 2,
  /** All of it, and it is about to let it go. */
  LEAVING: 3
} as const

/** Answers to `keep`. Unknown ones count as NOT_HELD. */
export const PROMISES = {
  /** Not all of it is here. */
  NOT_HELD: 0,
  /** It stays here for PROMISE_MS. */
  YES: 1,
  /** It is about to be let go here. */
  LEAVING: 2,
  /** MAX_PROMISES to this asker hold already. */
  TOO_MANY: 3
} as const

/** Why there is no proof. Unknown ones count as FAILED. */
export const NO_PROOF = {
  /** The block is not here, or is shorter than the range. */
  NOT_HELD: 1,
  /** It could not be read now. */
  FAILED: 2
} as const

export type PromiseAnswer = keyof typeof PROMISES
export type NoProof = keyof typeof NO_PROOF
