/** A member: one message of store with a length that does not end, and its bytes. */
import { STORE_PROTOCOL } from '../../../protocols/store/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, STORE_PROTOCOL, (n) => n === 0 ? new Uint8Array(9).fill(0xff) : noise1MiB)
