/** A hello of the longest message, without a greeting. */
import { randomBytes } from 'node:crypto'
import { encodeMessage } from '../../../protocols/hello/codec.js'
import { HELLO_PROTOCOL } from '../../../protocols/hello/constants.js'
import type { Behaviour } from '../attack/target.js'
import { flooding, framed, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, HELLO_PROTOCOL, framed(encodeMessage({ admits: { admits: Array.from({ length: 32 }, () => randomBytes(500)) } }))))
