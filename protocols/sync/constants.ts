/** This file holds the numbers of protocols/sync/README.md; a test compares the two. */

export const SYNC_PROTOCOL = '/dfs/sync/1.0.0'

/** One message has at most this many bytes of entries and records, headers not counted. */
export const MAX_PAGE_BYTES = 256 * 1024
/** One message has at most this many entries and records. */
export const MAX_PAGE_ENTRIES = 1024
/** An entry has at most this many bytes (protocols/vault). */
export const MAX_ENTRY_BYTES = 8 * 1024
/** A record has at most this many bytes (protocols/vault). */
export const MAX_RECORD_BYTES = 8 * 1024
/** The longest message is a page with the header of each of its entries. */
export const MAX_SYNC_MESSAGE_BYTES = MAX_PAGE_BYTES + 8 * 1024
/**
 * A stream holds at most this many unread bytes: a page of a round, a live page, and small
 * messages. A side asks for no more at a time.
 */
export const MAX_SYNC_BUFFERED_BYTES = 2 * MAX_SYNC_MESSAGE_BYTES + 64 * 1024

export const SUM_BYTES = 32
export const SUBJECT_BYTES = 38
/** Up to this many ids a side lists the ids instead of digests of them. */
export const LEAF_IDS = 64
/** The first step below a set takes two digits, so that 100,000 entries are three steps deep. */
export const ROOT_CHILDREN = 256
/** Each further step takes one digit: a difference costs 16 digests a step and not 256. */
export const NODE_CHILDREN = 16
/**
 * A prefix has at most this many digits: 65 ids that share more would cost 2^64 hashes each to
 * find.
 */
export const LONGEST_PREFIX_DIGITS = 16
/**
 * One ask or want has at most this many prefixes. The answer to the longest ask stays below
 * MAX_PAGE_BYTES.
 */
export const MAX_PREFIXES = 64
export const MAX_WANTED_IDS = 1024
export const MAX_WANTED_SUBJECTS = 256
/** One message has at most this many record heads. */
export const MAX_HEADS = 1024
/** One round has at most this many record heads. */
export const MAX_ROUND_HEADS = 64 * 1024

/** A leader asks for at most this many prefixes in a round before an entry was brought or given. */
export const VAIN_PREFIXES = 1024
/**
 * A leader may ask for this many more prefixes for each entry that was brought or given, because
 * one difference takes one prefix a step.
 */
export const PREFIXES_AN_ENTRY = 16
/** A leader stops the pages after this many in a row that brought nothing new. */
export const VAIN_PAGES = 4
/** An answerer answers at most this many prefixes in one round. */
export const MAX_ROUND_PREFIXES = 256 * 1024
/** An answerer answers at most this many requests in one round, pages not counted. */
export const MAX_ROUND_REQUESTS = 64 * 1024
/**
 * An answerer sends at most twice its own set and this many entries in one round, and accepts in
 * vain at most its own set and this many.
 */
export const SPARE_ENTRIES = 4 * 1024
/**
 * Given entries that were not kept are received again this many times at most, after a page that
 * brought something.
 */
export const LATE_PASSES = 32

/** Each side adds a nonce of this many bytes to the key of a checked round. */
export const NONCE_BYTES = 32
/**
 * A leader asks for a checked round with a member this long after the last one. The first is due at
 * a random time within the same span.
 */
export const CHECK_EVERY_MS = 6 * 3600_000
/** An answerer grants a peer one checked round, and one more each time this has passed. */
export const CHECK_REST_MS = 3600_000
/**
 * For one checked round an answerer hashes each of its own ids this many times at most, and
 * SPARE_ENTRIES more.
 */
export const CHECK_PASSES = 8
/** A peer may begin this many rounds without a pause. */
export const ROUND_BURST = 64
/** A peer may begin one more round each time this has passed. */
export const ROUND_REST_MS = 1_000
/** This many starts may arrive before the end of the wait that the peer was told. */
export const MAX_EARLY_STARTS = 8
/** A peer may ask for at most this long a pause. */
export const MAX_WAIT_MS = 60_000
/** A refused start is tried again after at least this long. */
export const MIN_WAIT_MS = 100
/** The side that opened the stream leads a round at this interval, plus or minus half of it. */
export const ROUND_EVERY_MS = 10 * 60_000

/**
 * At most this many bytes of live entries and records wait for a slow peer; beyond it the peer is
 * told that it is behind.
 */
export const MAX_QUEUE_BYTES = 1024 * 1024
/** The text of a refusal has at most this many bytes of UTF-8. */
export const MAX_TEXT_BYTES = 256
