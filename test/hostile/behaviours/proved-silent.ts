/** Peers that prove who they are, and say nothing more. */
import { again, loopback, many, type Behaviour } from '../attack/target.js'
import { wire } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(48, async (index) => again(signal, async () => {
  await (await wire(target, signal, { from: loopback(index) })).closed()
}, 100))
