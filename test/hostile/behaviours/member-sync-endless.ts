/** A member: one message of sync with a length that does not end, and its bytes. */
import { SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, SYNC_PROTOCOL, (n) => n === 0 ? new Uint8Array(9).fill(0xff) : noise1MiB)
