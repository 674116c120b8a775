/** A member: uploads that are opened, and of which nothing comes. */
import { randomBytes } from 'node:crypto'
import { encodeMessage } from '../../../protocols/store/codec.js'
import { STORE_PROTOCOL } from '../../../protocols/store/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, STORE_PROTOCOL, (n) => framed(encodeMessage({ open: { upload: n + 1, id: randomBytes(16), expected: 1024 ** 2 } })))
