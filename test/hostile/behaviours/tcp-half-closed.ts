/** Connections that are closed for writing at once, and kept. */
import { again, ended, many, tcp, type Behaviour } from '../attack/target.js'

export const attack: Behaviour = async (target, signal) => many(128, async () => again(signal, async () => {
  const socket = await tcp(target, signal)
  socket.end()
  await ended(socket)
}, 10))
