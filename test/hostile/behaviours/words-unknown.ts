/** Ever other encryptions that nobody speaks. */
import { pouring, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

const WORDS = Buffer.concat(Array.from({ length: 1000 }, (_, n) => select(`/none/${n}`).subarray(20)))

export const attack: Behaviour = async (target, signal) => pouring(target, signal, (n) => n === 0 ? select('/none') : WORDS, { count: 32 })
