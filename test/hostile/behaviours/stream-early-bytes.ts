/** A window full of bytes on streams before their protocol is agreed. */
import type { Behaviour } from '../attack/target.js'
import { data, FLAG, flooding, FRAME, header, noise1MiB, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 4, (stream) => Buffer.concat([header(FRAME.window, FLAG.syn, stream, 0), data(stream, Buffer.concat([Uint8Array.of(0xff, 0x07), noise1MiB.subarray(0, 200 * 1024)]))])))
