import { MAX_BLOCK_BYTES } from '../block/cid.js'

export const GET_PROTOCOL = '/dfs/get/1.0.0'

/**
 * A stream may have this many unanswered wants, and a message this many CIDs. Beyond it the handler
 * ends the stream with LIMIT.
 */
export const MAX_WANTS = 256
/** The asker's longest message: 256 CIDs of 38 bytes and the frame around them. */
export const MAX_REQUEST_BYTES = 16 * 1024
/** More unread bytes of an asker than this end the stream. */
export const MAX_UNREAD_REQUEST_BYTES = 128 * 1024
/**
 * An asker has at most this many bytes asked for and not received, counted by size. A block of
 * unknown size counts as the largest.
 */
export const WINDOW_BYTES = 3 * MAX_BLOCK_BYTES
/** Each block counts at least this much in a window. */
export const MIN_COST_BYTES = 4 * 1024
/**
 * The handler holds at most this many bytes of blocks that it has read and the stream has not
 * taken. This is the memory that a stalled asker costs.
 */
export const READ_AHEAD_BYTES = 2 * MAX_BLOCK_BYTES
/** The handler runs at most this many reads at once, where the sizes are known. */
export const READ_AHEAD_BLOCKS = 16
/**
 * The handler accepts complaints about this many blocks, the last that it sent on the stream, and
 * ignores others.
 */
export const COMPLAINT_BLOCKS = 256
/** The handler checks at most this many complaints of a stream at once and ignores more. */
export const MAX_COMPLAINTS = 4

/** The text for people in a refusal has at most this many bytes of UTF-8. A longer one is LIMIT. */
export const MAX_TEXT_BYTES = 256

/**
 * A holder states one of these reasons for not sending a block. An unknown number counts as FAILED.
 */
export const MISSING_REASONS = {
  /** The block is not held, or this asker may not have it; the asker cannot tell which. */
  NOT_HELD: 1,
  /** The holder could not read the block now. */
  FAILED: 2,
  /** The asker cancelled the want before the block was sent. */
  CANCELLED: 3
} as const

export type MissingReason = keyof typeof MISSING_REASONS
