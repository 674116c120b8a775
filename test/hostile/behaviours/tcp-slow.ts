/** The first words, a byte a second. */
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

const WORDS = select('/noise')

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => WORDS.subarray(n, n + 1), { count: 128, ms: 1000 })
