/** Spec: README.md. The README's numbers are held against these by a test. */

export const SYNC_PROTOCOL = '/dfs/sync/0.1.0'
/** Bytes of entries in one message, headers not counted. */
export const MAX_PAGE_BYTES = 256 * 1024
export const MAX_PAGE_ENTRIES = 1024
/** The longest entry that formats.md allows. */
export const MAX_ENTRY_BYTES = 8 * 1024
/** A page and the header of each of its entries. */
export const MAX_SYNC_MESSAGE_BYTES = MAX_PAGE_BYTES + 8 * 1024
/** Unread bytes: a page that answers a round, a live page, and small messages; more was not asked for. */
export const MAX_SYNC_BUFFERED_BYTES = 2 * MAX_SYNC_MESSAGE_BYTES + 64 * 1024
/** Live entries that wait for a slow peer; beyond it is told that it is behind. */
export const MAX_QUEUE_BYTES = 1024 * 1024
export const SUM_BYTES = 32
/** The round of newly committed entries, which nobody asked for. */
export const LIVE_ROUND = 0
export const MAX_ROUND = 2 ** 32 - 1
/** Bytes of UTF-8 in a refusal. */
export const MAX_TEXT_BYTES = 256
