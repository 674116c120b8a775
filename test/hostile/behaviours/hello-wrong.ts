/** Greetings of ever new peers that do not know the vault. */
import { randomBytes } from 'node:crypto'
import { encodeMessage } from '../../../protocols/hello/codec.js'
import { HELLO_PROTOCOL } from '../../../protocols/hello/constants.js'
import type { Behaviour } from '../attack/target.js'
import { flooding, framed, opening } from '../attack/wire.js'

const GREET = framed(encodeMessage({ greet: { mac: randomBytes(32) } }))

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => opening(2 * n + 1, HELLO_PROTOCOL, GREET), { ms: 20 })
