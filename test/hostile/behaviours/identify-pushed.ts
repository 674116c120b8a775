/** What nobody asked for: who the attacker is, pushed again and again. */
import type { Behaviour } from '../attack/target.js'
import { flooding, noise1MiB, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, '/ipfs/id/push/1.0.0', noise1MiB.subarray(0, 8 * 1024)))
