/** The length of a first word that does not end: whoever reads it byte by byte looks at all that came for each of them. */
import { pouring, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, () => Buffer.alloc(60 * 1024, 0xff), { count: 16 })
