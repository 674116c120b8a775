/** Values under ever other keys. */
import { DHT, KAD, message, newKey } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, framed, noise1MiB, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, DHT) : data(1, framed(message(KAD.putValue, { key: newKey(), record: noise1MiB.subarray(0, 2000) }))))
