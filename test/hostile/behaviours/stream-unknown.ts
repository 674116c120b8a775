/** Streams for ever other protocols that nobody speaks. */
import type { Behaviour } from '../attack/target.js'
import { flooding, opening, streams } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => streams(n, 10, (stream) => opening(stream, `/none/${stream}`)), { ms: 5 })
