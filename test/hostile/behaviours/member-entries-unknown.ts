/** A member: entries of the largest size, of a kind that nobody knows. */
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

const BODY_BYTES = 7_500

export const attack: Behaviour = async (target, signal) => memberEntries(target, signal, (pen) => pen.unknown(BODY_BYTES), { page: 30 })
