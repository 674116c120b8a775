/** Streams without end, opened and left. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 200, (stream) => header(FRAME.window, FLAG.syn, stream, 0)))
