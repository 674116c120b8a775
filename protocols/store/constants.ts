import { MAX_BLOCK_BYTES } from '../block/cid.js'

export const STORE_PROTOCOL = '/dfs/store/1.0.0'

/**
 * A fresh stream has this much credit. A block takes its length, at least MIN_COST_BYTES; a block
 * beyond the credit ends the stream with LIMIT.
 */
export const CREDIT_BYTES = 3 * MAX_BLOCK_BYTES
export const MIN_COST_BYTES = 4 * 1024
/**
 * An upload that expects at most this many bytes may send its blocks and `done` before `opened`
 * arrives.
 */
export const EARLY_BYTES = 64 * 1024
/** A stream may have this many open uploads; a further one is refused with LIMIT. */
export const MAX_UPLOADS = 256
/** One `offer` and one `stored` have at most this many CIDs. */
export const MAX_OFFER_CIDS = 1024
/** A stream may have this many unanswered offers; a further one ends the stream with LIMIT. */
export const MAX_OFFERS = 4
/**
 * The longest entry (protocols/vault) has this many bytes. A longer one ends the stream with LIMIT.
 */
export const MAX_ENTRY_BYTES = 8 * 1024
/** The id of an upload has this many bytes. */
export const UPLOAD_ID_BYTES = 16
/** The id of an entry has this many bytes. */
export const ENTRY_ID_BYTES = 32
/**
 * While more than this many bytes are verified but not yet durable, the listener gives no credit
 * back.
 */
export const STORING_BYTES = 4 * MAX_BLOCK_BYTES
/** The listener makes at most this many blocks durable at once. */
export const STORING_BLOCKS = 64
/**
 * While the listener works on a `done`, it sends a credit of 0 at this interval as a sign of life.
 */
export const WORKING_MS = 3_000
/** A dialer waits at most this long for a receipt, whatever signs of life arrive. */
export const RECEIPT_MS = 300_000

/** The text for people in a refusal has at most this many bytes of UTF-8. A longer one is LIMIT. */
export const MAX_TEXT_BYTES = 256

/** Returns how much credit a block of this length takes. */
export function costOf (bytes: number): number {
  return Math.max(bytes, MIN_COST_BYTES)
}
