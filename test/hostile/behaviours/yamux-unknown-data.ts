/** Data for streams that were never opened. */
import type { Behaviour } from '../attack/target.js'
import { data, flooding, noise1MiB, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 50, (stream) => data(stream, noise1MiB.subarray(0, 1000))))
