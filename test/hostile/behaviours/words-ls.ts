/** Questions for the list of what is spoken, before any encryption, whose answers nobody reads. */
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

const LS = Buffer.concat([select('/noise').subarray(0, 20), Buffer.from('\u0003ls\n'.repeat(10_000))])

export const attack: Behaviour = async (target, signal) => pouring(target, signal, () => LS, { count: 32 })
