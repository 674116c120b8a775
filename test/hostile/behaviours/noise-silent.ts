/** Encryption is agreed, and its handshake never begun. */
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => n === 0 ? select('/noise') : undefined, { count: 256 })
