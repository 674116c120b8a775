/**
 * Returns the length prefix and the message in one array. The copy is cheap: block data is not part
 * of `message`.
 */
export function prefixed (length: number, message: Uint8Array): Uint8Array {
  let prefixBytes = 1
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) prefixBytes++
  const all = new Uint8Array(prefixBytes + message.length)
  let rest = length
  for (let at = 0; at < prefixBytes; at++) {
    all[at] = (rest % 0x80) | (at < prefixBytes - 1 ? 0x80 : 0)
    rest = Math.floor(rest / 0x80)
  }
  all.set(message, prefixBytes)
  return all
}
