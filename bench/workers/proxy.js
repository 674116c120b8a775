/** A way to a port of this machine on which every byte takes its time, each way; counts what passes. */
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { serve } from '../lib/worker.js'

/** What is on its way may be this much in one direction, a round trip of 100 ms at 1 GB/s and more. */
const ON_THE_WAY_BYTES = 128 * 1024 ** 2
const sockets = new Set()
const bytes = { there: 0, back: 0 }
let server

/** Gives `to` what comes from `from`, `delayMs` later, and what was not taken yet no sooner than it is taken. */
function carry (from, to, delayMs, direction) {
  const way = []
  let onTheWay = 0
  let timer
  let full = false
  const deliver = () => {
    timer = undefined
    if (full) return
    const now = performance.now()
    while (way.length > 0 && way[0].at <= now) {
      const { chunk } = way.shift()
      onTheWay -= chunk?.length ?? 0
      if (to.destroyed) continue
      if (chunk === undefined) to.end()
      else if (!to.write(chunk)) {
        full = true
        to.once('drain', () => {
          full = false
          deliver()
        })
        return
      }
    }
    if (onTheWay < ON_THE_WAY_BYTES) from.resume()
    if (way.length > 0) timer = setTimeout(deliver, way[0].at - now)
  }
  const send = (chunk) => {
    onTheWay += chunk?.length ?? 0
    way.push({ chunk, at: performance.now() + delayMs })
    if (onTheWay >= ON_THE_WAY_BYTES) from.pause()
    if (delayMs === 0) deliver()
    else if (timer === undefined && way.length === 1) timer = setTimeout(deliver, delayMs)
  }
  from.on('data', (chunk) => {
    bytes[direction] += chunk.length
    send(chunk)
  })
  from.on('end', () => { send(undefined) })
}

serve({
  /** Listens for who wants to go to `port`; half of `roundTripMs` each way. Gives its own port. */
  async listen ({ port, roundTripMs }) {
    server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      for (const [socket, other] of [[near, far], [far, near]]) {
        sockets.add(socket)
        socket.on('error', () => { other.destroy() }) // an end that is reset ends the other; the bench sees what it does
        socket.on('close', () => {
          sockets.delete(socket)
          other.destroy()
        })
      }
      carry(near, far, roundTripMs / 2, 'there')
      carry(far, near, roundTripMs / 2, 'back')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server.address().port
  },

  /** Bytes since the start, each way. */
  async count () {
    return { ...bytes }
  }
}, async () => {
  for (const socket of sockets) socket.destroy()
  server?.close()
})
