/** A member: ever other names, of versions whose blocks nobody has. */
import { randomBytes } from 'node:crypto'
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => memberEntries(target, signal, (pen) => pen.put(`name-${randomBytes(8).toString('hex')}`, {}))
