/** A farewell, and then everything as if none had been. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? header(FRAME.goAway, 0, 0, 0) : opening(2 * n + 1, '/ipfs/ping/1.0.0'))
