/** TCP connections that are closed as soon as they are open, as fast as they open. */
import { again, many, tcp, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => many(16, async () => again(signal, async () => { (await tcp(target, signal)).destroy() }))
