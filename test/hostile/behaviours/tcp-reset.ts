/** TCP connections that are reset in the middle of the first words. */
import { again, many, pause, tcp, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(16, async () => again(signal, async () => {
  const socket = await tcp(target, signal)
  socket.write(select('/noise'))
  await pause(1, signal)
  socket.resetAndDestroy()
}))
