/** Bounds of a channel, and what its calls take. Spec: protocols/README.md, "Framing". */
/** Longest message without its length prefix. */
export const MAX_MESSAGE_BYTES = 1024 * 1024 + 128 * 1024
/** Unread bytes beyond this abort the stream. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
/** A write resolves once no more than this is queued. */
export const MAX_QUEUED_BYTES = 512 * 1024
/** No byte of progress for this long, while something is owed, ends the stream. */
export const INACTIVITY_MS = 10_000

export interface ChannelOptions {
  /** @default MAX_MESSAGE_BYTES */
  maxMessageBytes?: number
  /** @default MAX_BUFFERED_BYTES */
  maxBufferedBytes?: number
  /** Whose streams count together when all of this process hold too much: the remote peer. @default this stream alone */
  owner?: string | undefined
  /** For unfinished frames, for `expecting`, and for waits that name no limit of their own. @default INACTIVITY_MS */
  inactivityMs?: number
}

export interface WaitOptions {
  /** Ends the wait, not the stream. */
  signal?: AbortSignal | undefined
  /** Sliding: any byte in or out is progress. Infinity: waits as long as the stream lives. @default that of the channel */
  inactivityMs?: number
}
