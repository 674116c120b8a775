/** The question who the node is, again and again, and no answer is read. */
import type { Behaviour } from '../attack/target.js'
import { flooding, opening, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 20, (stream) => opening(stream, '/ipfs/id/1.0.0')), { reads: false })
