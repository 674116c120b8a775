/** Questions whose answers are never taken off the wire. */
import { DHT, getProviders, newKey } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, framed, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, DHT) : data(1, framed(getProviders(newKey()))), { reads: false })
