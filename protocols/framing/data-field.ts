/**
 * The number of `bytes data` in every message that carries a block. It is the last field of the message, so that the
 * block goes out behind the rest without being copied, and comes in as a view of the frame.
 */
export const DATA_FIELD = 15

const LENGTH_DELIMITED = 2

/** `message` (encoded without its data) and the header of a data field of `bytes` bytes, which follow it on the wire. */
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
