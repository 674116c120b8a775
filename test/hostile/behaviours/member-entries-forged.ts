/** A member: pages of entries whose last bit is wrong, which are looked through and refused. */
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => memberEntries(target, signal, (pen) => {
  const bytes = Uint8Array.from(pen.put('forged', {}))
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return bytes
})
