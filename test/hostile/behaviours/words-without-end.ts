/** A first word that is announced with the longest length, and megabytes of it. */
import { pouring, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => n === 0 ? Uint8Array.of(0xff, 0x07) : Buffer.alloc(64 * 1024, 0x61), { count: 64 })
