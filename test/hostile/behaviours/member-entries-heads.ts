/** A member: versions of one name that follow on nothing, so that each is a head beside all others. */
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => memberEntries(target, signal, (pen) => pen.put('heads', {}))
