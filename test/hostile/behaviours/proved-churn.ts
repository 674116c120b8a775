/** Ever new peers that prove who they are, and go. */
import { again, many, type Behaviour } from '../attack/target.js'
import { wire } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => { await (await wire(target, signal)).host.stop() }))
