/** TCP connections that say nothing, from many addresses, dialled again as soon as they are closed. */
import { again, ended, loopback, many, tcp, type Behaviour } from '../attack/target.js'

const ADDRESSES = 64
const EACH = 4

export const attack: Behaviour = async (target, signal) => many(ADDRESSES * EACH, async (index) => again(signal, async () => {
  await ended(await tcp(target, signal, loopback(Math.floor(index / EACH))))
}, 20))
