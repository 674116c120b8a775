/** iroh blobs (Rust through its Node binding): BLAKE3-verified streams over QUIC, plain at rest. */
import iroh from '@number0/iroh'

const { Iroh, BlobDownloadOptions, SetTagOption } = iroh

/** Resolves with the hash once the transfer says that all is done. */
async function whole (start) {
  return new Promise((resolve, reject) => {
    let hash
    start((error, event) => {
      if (error != null) reject(error)
      else if (event.abort != null) reject(new Error(event.abort.error))
      else if (event.done?.hash != null) hash = event.done.hash
      if (event?.allDone != null) resolve(event.allDone.hash ?? hash)
    }).catch(reject)
  })
}

export async function open ({ dir }) {
  const node = await Iroh.persistent(dir, { ipv4Addr: '127.0.0.1:0', ipv6Addr: '[::1]:0', nodeDiscovery: 'None' })
  let remote
  return {
    address: async () => {
      const { addr, listenAddrs } = await node.node.status()
      return { nodeId: addr.nodeId, addresses: listenAddrs.filter((text) => text.startsWith('127.')) }
    },
    connect: async (address) => {
      remote = address
      await node.net.addNodeAddr(address)
    },
    // not in place: iroh copies the file into its own store
    add: async (path) => whole((callback) => node.blobs.addFromPath(path, false, SetTagOption.auto(), { wrap: false }, callback)),
    fetch: async (ref, path) => {
      await whole((callback) => node.blobs.download(ref, new BlobDownloadOptions('Raw', [remote], SetTagOption.auto()), callback))
      await node.blobs.export(ref, path, 'Blob', 'Copy')
    },
    close: async () => node.node.shutdown()
  }
}
