/** Hyperdrive over Corestore, encrypted at rest, replicated over one TCP socket with hypercore's own Noise stream. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'
import Corestore from 'corestore'
import Hyperdrive from 'hyperdrive'

const encryptionKey = Buffer.alloc(32, 7)

export async function open ({ dir, role }) {
  const store = new Corestore(dir)
  await store.ready()
  const replicate = (socket, initiator) => {
    socket.setNoDelay(true)
    const stream = store.replicate(initiator)
    // an end that breaks shows itself in the read that waits for it
    for (const one of [socket, stream]) one.on('error', () => {})
    socket.pipe(stream).pipe(socket)
  }
  let drive
  let server
  if (role === 'serves') {
    drive = new Hyperdrive(store, { encryptionKey })
    await drive.ready()
    server = createServer((socket) => { replicate(socket, false) }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  let serial = 0
  return {
    address: () => role === 'serves' ? { key: drive.key.toString('hex'), port: server.address().port } : null,
    connect: async ({ key, port }) => {
      drive = new Hyperdrive(store, Buffer.from(key, 'hex'), { encryptionKey })
      await drive.ready()
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      replicate(socket, true)
      const done = drive.findingPeers()
      drive.update({ wait: true }).then(done, done)
      await drive.update({ wait: true })
    },
    add: async (path) => {
      const name = `/file-${serial++}`
      await pipeline(createReadStream(path), drive.createWriteStream(name))
      return name
    },
    fetch: async (ref, path) => pipeline(drive.createReadStream(ref), createWriteStream(path)),
    read: (ref, range) => drive.createReadStream(ref, range && { start: range.offset, length: range.length }),
    close: async () => store.close()
  }
}
