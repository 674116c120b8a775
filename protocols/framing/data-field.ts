/**
 * Every message that carries a block has the field `bytes data` with this number. It is the last
 * field of the message, so that a sender appends the block without a copy and a receiver reads it
 * as a view of the frame.
 */
export const DATA_FIELD = 15

const LENGTH_DELIMITED = 2

/**
 * Returns `message` (encoded without its data) and the header of a data field of `bytes` bytes. The
 * data follows on the wire.
 */
export function beforeData (message: Uint8Array, bytes: number): Uint8Array {
  const header = [DATA_FIELD << 3 | LENGTH_DELIMITED]
  let rest = bytes
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) header.push((rest % 0x80) | 0x80)
  header.push(rest)
  const all = new Uint8Array(message.length + header.length)
  all.set(message)
  all.set(header, message.length)
  return all
}
