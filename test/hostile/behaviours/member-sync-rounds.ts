/** A member: rounds of sync that are begun, and begun again. */
import { encodeMessage } from '../../../protocols/sync/codec.js'
import { SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { memberStreams } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

const START = framed(encodeMessage({ start: { vault: { count: 7, sum: new Uint8Array(32).fill(1) }, file: { count: 7, sum: new Uint8Array(32).fill(2) } } }))

export const attack: Behaviour = async (target, signal) => memberStreams(target, signal, SYNC_PROTOCOL, (n) => n < 3 ? START : undefined)
