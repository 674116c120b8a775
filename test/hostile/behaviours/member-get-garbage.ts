/** A member: messages of get that are none. */
import { randomBytes } from 'node:crypto'
import { GET_PROTOCOL } from '../../../protocols/get/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, GET_PROTOCOL, () => framed(randomBytes(1000)))
