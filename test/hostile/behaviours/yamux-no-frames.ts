/** Frames of a version and a type that do not exist. */
import type { Behaviour } from '../attack/target.js'
import { flooding, header } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n % 2 === 0 ? header(9, 0, 1, 0) : Buffer.alloc(12, 0xff))
