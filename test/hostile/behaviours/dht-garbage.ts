/** Messages of the DHT that are none. */
import { randomBytes } from 'node:crypto'
import { DHT } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { flooding, framed, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, DHT, framed(randomBytes(100))))
