/** A member: messages of store that are none. */
import { randomBytes } from 'node:crypto'
import { STORE_PROTOCOL } from '../../../protocols/store/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, STORE_PROTOCOL, () => framed(randomBytes(1000)))
