export const AUDIT_PROTOCOL = '/dfs/audit/1.0.0'

/** One `have` names at most this many groups. */
export const MAX_GROUPS = 256
/** One `keep` names at most this many groups. */
export const MAX_KEEP_GROUPS = 64
/** One `challenge` names at most this many ranges. */
export const MAX_RANGES = 64
/** A range has 1 byte to this many. */
export const MAX_RANGE_BYTES = 64 * 1024
/** A version has at most this many groups (1 PiB). The index of a group is less than this. */
export const MAX_VERSION_GROUPS = 1024 * 1024
export const NONCE_BYTES = 32
export const PROOF_BYTES = 32
/** The longest message of either side. */
export const MAX_AUDIT_MESSAGE_BYTES = 16 * 1024
/** The asker waits this long for an answer. */
export const ANSWER_MS = 10_000

/**
 * A promise holds this long after its answer, and this long after each restart of the member that
 * gave it.
 */
export const PROMISE_MS = 3_600_000
/** At most this many promises to one member hold at one time. */
export const MAX_PROMISES = 1024
/** A member that answers `coming` counts for this long after the last growth of its percentage. */
export const COMING_MS = 600_000

/**
 * One member's questions may cost another member this much in a minute, over all streams together.
 */
export const COST_A_MINUTE_BYTES = 16 * 1024 * 1024
/** Each group of a `have` costs this much. */
export const HAVE_COST_BYTES = 64
/** Each group of a `keep` costs this much, because the answer is written to disk first. */
export const KEEP_COST_BYTES = 16 * 1024
/** Each range costs at least this much. */
export const MIN_RANGE_COST_BYTES = 4 * 1024
/** A `wait` asks for at most this long. */
export const MAX_WAIT_MS = 60_000
/** The text for people in a refusal has at most this many bytes of UTF-8. */
export const MAX_TEXT_BYTES = 256
/**
 * `held` with 1 to MAX_DOUBTS doubts travels as this number plus the doubts. Without doubts it
 * travels as HELD.
 */
export const DOUBTS_FROM = 10
export const MAX_DOUBTS = 9
/** `coming` travels as this number plus the percentage of the group. */
export const COMING_FROM = 100

/**
 * A member answers with one of these states for a group. `coming` travels as COMING_FROM + percent,
 * `held` with doubts as DOUBTS_FROM + doubts. An unknown number counts as NONE.
 */
export const STATES = {
  /**
   * The member does not hold the whole group and is not fetching it, or does not know the group.
   */
  NONE: 0,
  /** The member holds the whole group and means to keep it. */
  HELD: 1,
  /**
   * The member does not hold the whole group and will not: it has no room, is read-only, lends
   * nothing, or its user put the copy away.
   */
  CANNOT: 2,
  /** The member holds the whole group and is about to let it go. */
  LEAVING: 3
} as const

/** A member answers `keep` with one of these. An unknown number counts as NOT_HELD. */
export const PROMISES = {
  /** The member does not hold the whole group. */
  NOT_HELD: 0,
  /** The member keeps the group for PROMISE_MS. */
  YES: 1,
  /** The member is about to let the group go. */
  LEAVING: 2,
  /** MAX_PROMISES promises to this asker hold already. */
  TOO_MANY: 3
} as const

/** A member states one of these reasons for giving no proof. An unknown number counts as FAILED. */
export const NO_PROOF = {
  /** The member does not hold the block, or the block is shorter than the range. */
  NOT_HELD: 1,
  /** The member could not read the block now. */
  FAILED: 2
} as const

export type PromiseAnswer = keyof typeof PROMISES
export type NoProof = keyof typeof NO_PROOF
