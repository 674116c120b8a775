/** A handshake of random bytes. */
import { randomBytes } from 'node:crypto'
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => n === 0 ? select('/noise') : Buffer.concat([Uint8Array.of(0, 200), randomBytes(200)]), { count: 32 })
