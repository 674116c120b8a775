/** libp2p peers that know nothing of this project but the names of its protocols, and counts of what answering them cost. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import type { Connection, Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { Channel } from '../../protocols/framing/channel.js'
import { digestsBelow, type DigestRow } from '../../src/index/queries/digests.js'
import type { DfsNode } from '../../src/api/node.js'
import { inside } from '../node/cluster.js'

const running: Libp2p[] = []

/** No services: it does not even identify itself. With the key of a node that does not run it is that node to others. */
export async function stranger (listen: string[] = [], privateKey?: PrivateKey): Promise<Libp2p> {
  const host = await createLibp2p({
    ...(privateKey === undefined ? {} : { privateKey }),
    addresses: { listen },
    transports: [memory(), tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { reconnectRetries: 0 },
    connectionMonitor: { enabled: false }
  })
  running.push(host)
  return host
}

export async function stopStrangers (): Promise<void> {
  await Promise.all(running.splice(0).map(async (host) => { await host.stop() }))
}

export async function dial (host: Libp2p, node: DfsNode): Promise<Connection> {
  return host.dial(node.addresses.map((text) => multiaddr(text)))
}

/** Resolves once the stream or connection is over. */
export async function over (what: Stream | Connection): Promise<void> {
  const target: EventTarget = what
  if (what.status === 'open' || what.status === 'closing') await new Promise<unknown>((resolve) => { target.addEventListener('close', resolve, { once: true }) })
}

/** All that comes on a stream until it ends, in whatever way. */
export async function everything (stream: Stream): Promise<Uint8Array[]> {
  const channel = new Channel(stream)
  const frames: Uint8Array[] = []
  try {
    for (let frame = await channel.read({ inactivityMs: Infinity }); frame !== undefined; frame = await channel.read({ inactivityMs: Infinity })) frames.push(frame.slice())
  } catch {
    // a reset is an end like another
  }
  return frames
}

type Counted = 'createHmac' | 'verify' | 'sign'

/** Counts calls of node:crypto, by everybody in this process, while `work` runs. */
export async function counting (work: () => Promise<void>): Promise<Record<Counted, number>> {
  const counts = { createHmac: 0, verify: 0, sign: 0 }
  const table = crypto as unknown as Record<Counted, (...args: unknown[]) => unknown>
  const originals = { createHmac: table.createHmac, verify: table.verify, sign: table.sign }
  for (const name of ['createHmac', 'verify', 'sign'] as const) {
    table[name] = (...args) => {
      counts[name]++
      return originals[name](...args)
    }
  }
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    Object.assign(table, originals)
    syncBuiltinESMExports()
  }
  return counts
}

/** Counts and sums of the ids of all entries of a node: equal only when the entries are. */
export function digestsOf (node: DfsNode): DigestRow[] {
  return [true, false].flatMap((vault) => digestsBelow(inside(node).folder.db, vault, '', 2))
}

/** A frame as libp2p writes it. */
export function framed (message: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let left = message.length; ; left = Math.floor(left / 128)) {
    length.push(left < 128 ? left : (left & 0x7f) | 0x80)
    if (left < 128) break
  }
  return new Uint8Array(Buffer.concat([Uint8Array.from(length), message]))
}
