/** The question who the node is, again and again. */
import type { Behaviour } from '../attack/target.js'
import { flooding, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, '/ipfs/id/1.0.0'))
