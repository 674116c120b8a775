/** Random bytes instead of any protocol. */
import { randomBytes } from 'node:crypto'
import { pouring, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, () => randomBytes(64 * 1024))
