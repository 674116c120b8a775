/** Handshake messages of the longest length, a piece at a time. */
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => n === 0 ? Buffer.concat([select('/noise'), Uint8Array.of(0xff, 0xff)]) : Buffer.alloc(1000), { count: 64, ms: 20 })
