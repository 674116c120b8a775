/** Many streams of the DHT that say nothing. */
import { DHT } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { flooding, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, DHT), { ms: 20 })
