/** This file holds the numbers of protocols/hello/README.md; a test compares the two. */

export const HELLO_PROTOCOL = '/dfs/hello/1.0.0'
/** The whole conversation may take this long on either side, from the opening of the stream. */
export const HELLO_MS = 5_000
/**
 * A join may take this much longer from `join` on: the witness commits an entry and the joiner
 * stores keys.
 */
export const JOIN_MS = 10_000
/** The admits of one side have at most this many bytes, headers not counted. */
export const MAX_ADMITS_BYTES = 16 * 1024
export const MAX_ADMITS = 32
/** Every message but `welcome` has at most this many bytes. */
export const MAX_HELLO_MESSAGE_BYTES = 20 * 1024
export const MAX_WELCOME_BYTES = 64 * 1024
/**
 * A stream holds at most this many unread bytes: neither side may send a second message before the
 * answer to the first, except a refusal.
 */
export const MAX_HELLO_BUFFERED_BYTES = MAX_WELCOME_BYTES + MAX_HELLO_MESSAGE_BYTES
export const MAX_EPOCHS = 512
export const MAX_WRITERS = 8
/** The text of a refusal has at most this many bytes of UTF-8. */
export const MAX_TEXT_BYTES = 256
export const MAC_BYTES = 32
/**
 * A connection must be encrypted with one of these, in libp2p's names. `native` means by the
 * transport itself (QUIC, WebTransport).
 */
export const ENCRYPTIONS: readonly string[] = ['/noise', '/tls/1.0.0', 'native']
