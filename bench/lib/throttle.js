/** A way to a port of this machine on which what comes back is slow. */
import { connect, createServer } from 'node:net'
import { once } from 'node:events'

/** @param rate bytes a second that come back, over all connections together */
export async function throttle (port, rate) {
  const sockets = new Set()
  let freeAt = 0
  const proxy = { port: 0, bytes: 0, stop: async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  } }
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' })
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket)
      socket.on('error', () => { other.destroy() }) // an end that is reset ends the other; the bench sees what it does to a get
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (chunk) => {
      proxy.bytes += chunk.length
      far.pause()
      const now = performance.now()
      freeAt = Math.max(now, freeAt) + chunk.length / rate * 1000
      setTimeout(() => {
        if (near.destroyed) return
        near.write(chunk)
        far.resume()
      }, freeAt - now)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.port = server.address().port
  return proxy
}
