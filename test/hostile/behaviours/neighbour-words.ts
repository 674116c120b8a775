/** Questions before any encryption whose answers nobody reads, from an address that members come from too. */
import { MEMBERS_ADDRESS, pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

const LS = Buffer.concat([select('/noise').subarray(0, 20), Buffer.from('\u0003ls\n'.repeat(10_000))])

export const attack: Behaviour = async (target, signal) => pouring(target, signal, () => LS, { count: 32, from: MEMBERS_ADDRESS })
