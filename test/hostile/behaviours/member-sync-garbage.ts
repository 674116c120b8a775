/** A member: messages of sync that are none. */
import { randomBytes } from 'node:crypto'
import { SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, SYNC_PROTOCOL, () => framed(randomBytes(1000)))
