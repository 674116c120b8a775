/** Yamux pings on a connection whose answers are never taken off the wire. */
import type { Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header } from '../attack/wire.js'

const PINGS = Buffer.concat(Array.from({ length: 5_000 }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, () => PINGS, { reads: false })
