/** A member: streams without end. */
import { memberFlooding } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { FLAG, FRAME, header, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberFlooding(target, signal, (n) => streams(n + 1000, 200, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), header(FRAME.window, FLAG.syn, stream + 1, 0)])))
