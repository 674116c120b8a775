/** Yamux pings as fast as they are answered, from an address that members come from too. */
import { MEMBERS_ADDRESS, type Behaviour } from '../attack/target.js'
import { FLAG, flooding, FRAME, header } from '../attack/wire.js'

const PINGS = Buffer.concat(Array.from({ length: 500 }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id)))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, () => PINGS, { from: MEMBERS_ADDRESS })
