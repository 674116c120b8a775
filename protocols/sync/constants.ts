/** Spec: README.md. The README's numbers are held against these by a test. */

export const SYNC_PROTOCOL = '/dfs/sync/1.0.0'

/** Bytes of entries and records in one message, headers not counted. */
export const MAX_PAGE_BYTES = 256 * 1024
/** Entries and records in one message. */
export const MAX_PAGE_ENTRIES = 1024
/** The longest entry that protocols/vault allows. */
export const MAX_ENTRY_BYTES = 8 * 1024
/** The longest record that protocols/vault allows. */
export const MAX_RECORD_BYTES = 8 * 1024
/** A page and the header of each of its entries. */
export const MAX_SYNC_MESSAGE_BYTES = MAX_PAGE_BYTES + 8 * 1024
/** Unread bytes: a page of a round, a live page, and small messages; more was not asked for. */
export const MAX_SYNC_BUFFERED_BYTES = 2 * MAX_SYNC_MESSAGE_BYTES + 64 * 1024

export const SUM_BYTES = 32
export const SUBJECT_BYTES = 38
/** Up to here a side lists its ids instead of digests of them. */
export const LEAF_IDS = 64
/** The first step below a set takes two digits, so that 100,000 entries are three steps deep. */
export const ROOT_CHILDREN = 256
/** Each further step takes one digit: a difference costs 16 digests a step and not 256. */
export const NODE_CHILDREN = 16
/** Nobody finds 65 ids that begin alike for longer than this: 2^64 hashes each. */
export const LONGEST_PREFIX_DIGITS = 16
/** In one ask or want. The answer to the longest ask stays below MAX_PAGE_BYTES. */
export const MAX_PREFIXES = 64
export const MAX_WANTED_IDS = 1024
export const MAX_WANTED_SUBJECTS = 256
/** In one message. */
export const MAX_HEADS = 1024
/** In one round. */
export const MAX_ROUND_HEADS = 64 * 1024

/** Prefixes that a leader asks for in a round before anything was brought or given. */
export const VAIN_PREFIXES = 1024
/**
 * More prefixes for each entry that was brought or given: one difference is asked for once a step.
 */
export const PREFIXES_AN_ENTRY = 16
/** Pages in a row that brought nothing new, after which a leader stops them. */
export const VAIN_PAGES = 4
/** Prefixes that are answered in one round. */
export const MAX_ROUND_PREFIXES = 256 * 1024
/** Requests that are answered in one round, pages not counted. */
export const MAX_ROUND_REQUESTS = 64 * 1024
/**
 * Entries beyond twice the own set that are sent in one round, and beyond the own set that are
 * taken in vain.
 */
export const SPARE_ENTRIES = 4 * 1024
/**
 * How often given entries that were not kept are taken once more after a page that brought
 * something.
 */
export const LATE_PASSES = 32

/** Bytes of what each side adds to the key of a checked round. */
export const NONCE_BYTES = 32
/**
 * A leader asks for a checked round with a member this long after the last; the first is due within
 * as long, by chance.
 */
export const CHECK_EVERY_MS = 6 * 3600_000
/** Checked rounds that an answerer grants a peer: one, and one more after each of these. */
export const CHECK_REST_MS = 3600_000
/**
 * Of its own ids an answerer hashes at most so many times all for one checked round, and
 * SPARE_ENTRIES.
 */
export const CHECK_PASSES = 8
/** Rounds that a peer may begin without a pause. */
export const ROUND_BURST = 64
/** One more round each. */
export const ROUND_REST_MS = 1_000
/** Starts that come although the peer was told to wait longer. */
export const MAX_EARLY_STARTS = 8
/** The longest pause that a peer may ask for. */
export const MAX_WAIT_MS = 60_000
/** The shortest pause before a refused start is tried again. */
export const MIN_WAIT_MS = 100
/** The side that opened the stream leads a round this often, give or take half. */
export const ROUND_EVERY_MS = 10 * 60_000

/** Live entries and records that wait for a slow peer; beyond it is told that it is behind. */
export const MAX_QUEUE_BYTES = 1024 * 1024
/** Bytes of UTF-8 in a refusal. */
export const MAX_TEXT_BYTES = 256
