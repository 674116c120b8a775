/** A frame byte by byte, each encrypted by itself. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? header(FRAME.data, 0, 1, 200_000) : new Uint8Array(1), { count: 8 })
