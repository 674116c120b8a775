/** A member: messages of audit that are none. */
import { randomBytes } from 'node:crypto'
import { AUDIT_PROTOCOL } from '../../../protocols/audit/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, AUDIT_PROTOCOL, () => framed(randomBytes(1000)))
