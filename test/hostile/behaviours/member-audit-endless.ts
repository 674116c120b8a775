/** A member: one message of audit with a length that does not end, and its bytes. */
import { AUDIT_PROTOCOL } from '../../../protocols/audit/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, AUDIT_PROTOCOL, (n) => n === 0 ? new Uint8Array(9).fill(0xff) : noise1MiB)
