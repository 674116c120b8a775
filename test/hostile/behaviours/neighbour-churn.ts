/** Ever new peers that prove who they are, and go, from an address that members come from too. */
import { again, many, MEMBERS_ADDRESS, type Behaviour } from '../attack/target.js'
import { wire } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => { await (await wire(target, signal, { from: MEMBERS_ADDRESS })).host.stop() }))
