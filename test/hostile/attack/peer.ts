/** A libp2p peer of the attacker, with streams that its own muxer manages. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Connection, Libp2p, PrivateKey } from '@libp2p/interface'
import { attacking, ownAddress, type Target } from './target.js'
import { from } from './wire.js'

export interface PeerInit {
  privateKey?: PrivateKey
  /** Tells the node who it is. @default it does not even answer that question */
  identifies?: boolean
  listen?: string[]
}

export async function peer (signal: AbortSignal, init: PeerInit = {}): Promise<Libp2p> {
  const host = await createLibp2p({
    ...(init.privateKey === undefined ? {} : { privateKey: init.privateKey }),
    addresses: { listen: init.listen ?? [] },
    transports: [tcp(from(ownAddress()))],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxInboundStreams: 10_000, maxOutboundStreams: 10_000 })],
    ...(init.identifies === true ? { services: { identify: identify() } } : {}),
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false }
  })
  signal.addEventListener('abort', () => { void host.stop() }, { once: true })
  return host
}

/** A connection to the node; by a PeerId of its own where no host is given. */
export async function connected (target: Target, signal: AbortSignal, host?: Libp2p): Promise<Connection> {
  const dialler = host ?? await peer(signal)
  try {
    const connection = await dialler.dial(multiaddr(target.address), { signal })
    attacking()
    return connection
  } catch (error) {
    await dialler.stop()
    throw error
  }
}

/** Resolves once the node, or the attacker, ended the connection. */
export async function gone (connection: Connection): Promise<void> {
  if (connection.status === 'open') await new Promise<unknown>((resolve) => { connection.addEventListener('close', resolve, { once: true }) })
}
