import { MAX_BLOCK_BYTES } from '../block/cid.js'

export const STORE_PROTOCOL = '/dfs/store/1.0.0'

/**
 * Credit of a fresh stream. A block takes its length, at least MIN_COST_BYTES; more than there is
 * ends the stream with LIMIT.
 */
export const CREDIT_BYTES = 3 * MAX_BLOCK_BYTES
export const MIN_COST_BYTES = 4 * 1024
/**
 * An upload that expects no more may send blocks and `done` before its `open` was answered, up to
 * this many bytes.
 */
export const EARLY_BYTES = 64 * 1024
/** Uploads open at once on a stream; a further one is refused with LIMIT. */
export const MAX_UPLOADS = 256
/** CIDs in one offer, and in one `stored`. */
export const MAX_OFFER_CIDS = 1024
/** Offers on a stream not answered yet; a further one ends it with LIMIT. */
export const MAX_OFFERS = 4
/** Longest entry (protocols/vault). A longer one ends the stream with LIMIT. */
export const MAX_ENTRY_BYTES = 8 * 1024
/** Id of an upload. */
export const UPLOAD_ID_BYTES = 16
/** Id of an entry. */
export const ENTRY_ID_BYTES = 32
/** Verified and not durable yet: beyond it the listener gives no credit back until it is. */
export const STORING_BYTES = 4 * MAX_BLOCK_BYTES
/** Blocks being made durable at once. */
export const STORING_BLOCKS = 64
/**
 * While it works on a `done` the listener says so, with a credit of 0, each time this has passed.
 */
export const WORKING_MS = 3_000
/** The longest a dialer waits for a receipt, whatever signs of life there are. */
export const RECEIPT_MS = 300_000

/** Text for people in a refusal, in UTF-8. Longer is LIMIT. */
export const MAX_TEXT_BYTES = 256

/** What a block of this length takes of the credit. */
export function costOf (bytes: number): number {
  return Math.max(bytes, MIN_COST_BYTES)
}
