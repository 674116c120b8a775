/** Streams of audit, with all the bytes that fit, on connections that say no hello. */
import { AUDIT_PROTOCOL } from '../../../protocols/audit/constants.js'
import type { Behaviour } from '../attack/target.js'
import { data, flooding, noise1MiB, opening } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n < 4 ? opening(2 * n + 1, AUDIT_PROTOCOL) : data(2 * (n % 4) + 1, noise1MiB.subarray(0, 16 * 1024)), { count: 16, ms: 5 })
