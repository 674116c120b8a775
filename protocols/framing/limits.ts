/**
 * This file holds the bounds of a channel and the options of its calls. Spec: protocols/README.md,
 * "Framing".
 */
/** The longest message, without its length prefix. */
export const MAX_MESSAGE_BYTES = 1024 * 1024 + 128 * 1024
/** More unread bytes than this end the stream. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
/** A write resolves once at most this many bytes are queued. */
export const MAX_QUEUED_BYTES = 512 * 1024
/** A stream ends when the remote owes something and no byte moves for this long. */
export const INACTIVITY_MS = 10_000

export interface ChannelOptions {
  /** @default MAX_MESSAGE_BYTES */
  maxMessageBytes?: number
  /** @default MAX_BUFFERED_BYTES */
  maxBufferedBytes?: number
  /**
   * The remote peer. When the streams of this process hold too much, the streams of one owner count
   * together.
   * @default this stream counts alone
   */
  owner?: string | undefined
  /**
   * The limit for unfinished frames, for `expecting`, and for waits that name no limit of their
   * own.
   * @default INACTIVITY_MS
   */
  inactivityMs?: number
}

export interface WaitOptions {
  /** The signal ends the wait; the stream stays open. */
  signal?: AbortSignal | undefined
  /**
   * The wait fails after this time without a byte in or out. Infinity: it waits as long as the
   * stream lives.
   * @default the limit of the channel
   */
  inactivityMs?: number
}
