/** A member: versions of one name that follow on something which never comes. */
import { randomBytes } from 'node:crypto'
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => memberEntries(target, signal, (pen) => pen.put('flood', { after: [randomBytes(32)], clock: 2 }))
