/** Spec: README.md. The README's numbers are held against these by a test. */

export const HELLO_PROTOCOL = '/dfs/hello/1.0.0'
/** The whole conversation, on both sides, from the opening of the stream. */
export const HELLO_MS = 5_000
/** What joining adds to it from `join` on: the witness commits an entry, the joiner keeps keys. */
export const JOIN_MS = 10_000
/** The admits of one side, headers not counted. */
export const MAX_ADMITS_BYTES = 16 * 1024
export const MAX_ADMITS = 32
/** Any message but `welcome`. */
export const MAX_HELLO_MESSAGE_BYTES = 20 * 1024
export const MAX_WELCOME_BYTES = 64 * 1024
/**
 * Unread bytes: nobody may send a second message before the answer to the first, but for a refusal.
 */
export const MAX_HELLO_BUFFERED_BYTES = MAX_WELCOME_BYTES + MAX_HELLO_MESSAGE_BYTES
export const MAX_EPOCHS = 512
export const MAX_WRITERS = 8
/** Bytes of UTF-8 in a refusal. */
export const MAX_TEXT_BYTES = 256
export const MAC_BYTES = 32
/** What a connection may be encrypted with; `native`: by its transport (QUIC, WebTransport). */
export const ENCRYPTIONS: readonly string[] = ['/noise', '/tls/1.0.0', 'native']
