/** Ever new peers that tell all the addresses that fit into their answer to who they are. */
import { tellsMuch } from '../attack/identity.js'
import { connected, peer } from '../attack/peer.js'
import { again, many, pause, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => {
  const host = await peer(signal)
  await tellsMuch(host, 'addresses')
  const connection = await connected(target, signal, host)
  await pause(200, signal)
  await connection.close()
  await host.stop()
}))
