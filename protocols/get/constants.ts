import { MAX_BLOCK_BYTES } from '../block/cid.js'

export const GET_PROTOCOL = '/dfs/get/1.0.0'

/**
 * Wants a stream may have unanswered, and CIDs in one message. Beyond it the handler ends the
 * stream with LIMIT.
 */
export const MAX_WANTS = 256
/** Longest message of the asker: 256 CIDs of 38 bytes and their frame. */
export const MAX_REQUEST_BYTES = 16 * 1024
/** Unread bytes of an asker beyond this end the stream. */
export const MAX_UNREAD_REQUEST_BYTES = 128 * 1024
/**
 * What an asker has asked for and not got, counted by size; a block of unknown size counts as the
 * largest.
 */
export const WINDOW_BYTES = 3 * MAX_BLOCK_BYTES
/** The least that a block counts in a window, whatever its size. */
export const MIN_COST_BYTES = 4 * 1024
/**
 * Blocks that the handler has read and the stream has not taken yet: what a stalled asker costs.
 */
export const READ_AHEAD_BYTES = 2 * MAX_BLOCK_BYTES
/** Reads of the handler under way at once, where their sizes are known. */
export const READ_AHEAD_BLOCKS = 16
/**
 * Blocks sent last on a stream, about which a complaint is heard; complaints about others are
 * ignored.
 */
export const COMPLAINT_BLOCKS = 256
/** Complaints being looked at a stream; more are ignored. */
export const MAX_COMPLAINTS = 4

/** Text for people in a refusal, in UTF-8. Longer is LIMIT. */
export const MAX_TEXT_BYTES = 256

/** Why a block did not come. The numbers travel; an unknown one counts as FAILED. */
export const MISSING_REASONS = {
  /** Not held, or not to be had by this asker: the two look alike. */
  NOT_HELD: 1,
  /** The holder could not read it now. */
  FAILED: 2,
  /** The asker cancelled it before it was sent. */
  CANCELLED: 3
} as const

export type MissingReason = keyof typeof MISSING_REASONS
