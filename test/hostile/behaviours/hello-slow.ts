/** A hello of which a byte comes a second. */
import { HELLO_PROTOCOL } from '../../../protocols/hello/constants.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? opening(1, HELLO_PROTOCOL, Uint8Array.of(100)) : data(1, Uint8Array.of(n)), { count: 32, ms: 1000 })
