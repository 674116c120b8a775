/** Streams with the numbers of the other side. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => header(FRAME.window, FLAG.syn, 2 * n + 2, 0))
