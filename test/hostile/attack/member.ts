/** An attacker that is a member: a node of the vault, in the folder that DFS_ATTACK_MEMBER names, whose streams the attack writes itself. */
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Connection, MessageStream, Stream } from '@libp2p/interface'
import { createNode } from '../../../src/index.js'
import type { DfsNode } from '../../../src/api/node.js'
import { inside, next } from '../../node/cluster.js'
import { again, attacking, type Target } from './target.js'

let running: Promise<DfsNode> | undefined

/** One a process, since one folder is one node. */
export async function memberNode (signal: AbortSignal): Promise<DfsNode> {
  running ??= createNode({ dir: process.env.DFS_ATTACK_MEMBER ?? '', createIfMissing: false, listen: ['/ip4/127.0.0.1/tcp/0'] })
  const node = await running
  signal.addEventListener('abort', () => { void node.stop() }, { once: true })
  return node
}

/** The connection with the node under attack, as soon as it has said hello. */
export async function memberConnection ({ address }: Target, signal: AbortSignal): Promise<Connection> {
  const node = await memberNode(signal)
  const peer = address.split('/p2p/')[1] ?? ''
  const { peers } = inside(node).parts
  if (peers.get(peer) === undefined) await Promise.race([next(node, 'peer:connect', (who) => who.peer === peer), peers.connect([address], { signal }).catch(() => {})])
  const session = peers.get(peer)
  if (session === undefined) throw new Error('not connected')
  attacking()
  return session.connection
}

/** Streams of one protocol, again and again; each is written `bytes(n)` until it ends. */
export async function memberStreams (target: Target, signal: AbortSignal, protocol: string, bytes: (n: number) => Uint8Array | undefined, { reads = true } = {}): Promise<void> {
  await again(signal, async () => {
    const connection = await memberConnection(target, signal)
    const stream: Stream = await connection.newStream(protocol, { signal })
    stream.addEventListener('message', () => {})
    if (!reads) stream.pause()
    for (let n = 0; stream.status === 'open' && !signal.aborted; n++) {
      const piece = bytes(n)
      if (piece === undefined) break
      const more = stream.send(piece)
      await turn()
      while (!more && stream.writeBufferLength > 1024 ** 2 && stream.status === 'open') await turn()
    }
    if (stream.status === 'open') stream.abort(new Error('again'))
  }, 10)
}

/** What lies below the streams of a connection, for frames of the attacker's own. */
export function below (connection: Connection): { frames: MessageStream, socket: Socket } {
  const { muxer, maConn } = connection as unknown as { muxer: { maConn: MessageStream }, maConn: { socket: Socket } }
  return { frames: muxer.maConn, socket: maConn.socket }
}

/** Frames of the attacker's own on the connection of a member, again and again. */
export async function memberFlooding (target: Target, signal: AbortSignal, bytes: (n: number) => Uint8Array, { reads = true } = {}): Promise<void> {
  await again(signal, async () => {
    const { frames, socket } = below(await memberConnection(target, signal))
    if (!reads) socket.pause()
    for (let n = 0; frames.status === 'open' && !signal.aborted; n++) {
      frames.send(bytes(n))
      await turn()
      while (frames.writeBufferLength > 1024 ** 2 && frames.status === 'open' && !signal.aborted) await turn()
    }
  }, 100)
}
