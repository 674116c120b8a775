/** Helia: UnixFS over a blockstore of files, bitswap over TCP, Noise and Yamux; plain at rest. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { unixfs } from '@helia/unixfs'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { FsBlockstore } from 'blockstore-fs'
import { LevelDatastore } from 'datastore-level'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'

const READ_BYTES = 1024 ** 2

export async function open ({ dir }) {
  await mkdir(dir, { recursive: true })
  const blockstore = new FsBlockstore(join(dir, 'blocks'))
  const datastore = new LevelDatastore(join(dir, 'data'))
  await blockstore.open()
  await datastore.open()
  // createHelia would also bring public bootstrap nodes, a DHT and HTTP gateways
  const helia = withBitswap(withLibp2pLight(createHeliaLight({ blockstore, datastore }), {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() }
  }))
  await helia.start()
  const fs = unixfs(helia)
  return {
    address: () => helia.libp2p.getMultiaddrs().map(String),
    connect: async (addresses) => { await helia.libp2p.dial(addresses.map((text) => multiaddr(text))) },
    add: async (path) => String(await fs.addByteStream(createReadStream(path, { highWaterMark: READ_BYTES }))),
    fetch: async (ref, path) => pipeline(fs.cat(CID.parse(ref)), createWriteStream(path)),
    read: (ref, range) => fs.cat(CID.parse(ref), range),
    close: async () => helia.stop()
  }
}
