/** Members that answer gets in other ways than they should. */
import { parseCid } from '../../protocols/block/cid.js'
import { Channel } from '../../protocols/framing/channel.js'
import { decodeMessage, encodeBlockHeader, encodeMissing } from '../../protocols/get/codec.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { decodeMessage as decodeStore, encodeMessage as encodeStore } from '../../protocols/store/codec.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import type { Stream } from '@libp2p/interface'
import type { DfsNode } from '../../src/api/node.js'
import { bytesOf, inside } from './cluster.js'

/** Answers one want. `right` is what an honest holder would send. */
export type Answer = (want: { cid: Uint8Array, right: Uint8Array, channel: Channel, stream: Stream }) => Promise<void> | void

/** Makes `node` answer every want so; resolves to how many wants there were. */
export async function misbehave (node: DfsNode, answer: Answer): Promise<{ wants: number }> {
  const { host, parts, folder } = inside(node)
  const seen = { wants: 0 }
  await host.unhandle(GET_PROTOCOL)
  await parts.peers.handle(GET_PROTOCOL, async (stream) => {
    const channel = new Channel(stream)
    for (let frame = await channel.read({ inactivityMs: Infinity }); frame !== undefined; frame = await channel.read({ inactivityMs: Infinity })) {
      const message = decodeMessage(frame)
      if (message.kind !== 'want') continue
      for (const cid of message.cids) {
        seen.wants++
        const right = await folder.store.read(parseCid(cid))
        if (right !== undefined) await answer({ cid, right, channel, stream })
      }
    }
  }, { maxInbound: 8 })
  return seen
}

const block = async (channel: Channel, cid: Uint8Array, data: Uint8Array): Promise<void> => channel.write(encodeBlockHeader(cid, data.length), data)
const raw = (stream: Stream, bytes: Uint8Array): void => { if (stream.status === 'open') stream.send(bytes) }

export const LIES: Record<string, Answer> = {
  'other bytes of the same length': async ({ cid, right, channel }) => block(channel, cid, bytesOf('lie', right.length)),
  'one bit turned': async ({ cid, right, channel }) => {
    const wrong = right.slice()
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1
    await block(channel, cid, wrong)
  },
  'one byte too few': async ({ cid, right, channel }) => block(channel, cid, right.subarray(0, -1)),
  'one byte too many': async ({ cid, right, channel }) => block(channel, cid, new Uint8Array(Buffer.concat([right, Uint8Array.of(0)]))),
  'no bytes at all': async ({ cid, channel }) => block(channel, cid, new Uint8Array(0)),
  'another block than was asked for': async ({ right, channel }) => {
    const other = parseCid(Uint8Array.of(1, 0x55, 0x12, 32, ...bytesOf('other', 32)))
    await block(channel, other.bytes, right)
  },
  'missing': async ({ cid, channel }) => channel.write(encodeMissing(cid, 'NOT_HELD')),
  'failed': async ({ cid, channel }) => channel.write(encodeMissing(cid, 'FAILED')),
  'garbage in a frame': async ({ channel }) => channel.write(bytesOf('garbage', 200)),
  'garbage without a frame': ({ stream }) => { raw(stream, bytesOf('garbage', 2000)) },
  'the head of a frame of 4 GiB': ({ stream }) => { raw(stream, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3)) },
  'half a frame, and then the end': async ({ stream }) => {
    raw(stream, Uint8Array.of(0x80, 0x08, 1, 2, 3))
    await stream.close()
  },
  'a reset': ({ stream }) => { stream.abort(new Error('no')) },
  'the end of the stream': async ({ channel }) => channel.close(),
  'nothing': () => {}
}

/** Makes `node` take every upload on and then only say that it lives; resolves to how many it took on, and to what ends it. */
export async function stall (node: DfsNode): Promise<{ opens: number, end: () => void }> {
  const { host, parts } = inside(node)
  const timers = new Set<NodeJS.Timeout>()
  const seen = { opens: 0, end: () => { for (const timer of timers) clearInterval(timer) } }
  await host.unhandle(STORE_PROTOCOL)
  await parts.peers.handle(STORE_PROTOCOL, async (stream) => {
    const channel = new Channel(stream)
    const alive = setInterval(() => { channel.write(encodeStore({ credit: { bytes: 0 } })).catch(() => { clearInterval(alive) }) }, 20)
    timers.add(alive)
    for (let frame = await channel.read({ inactivityMs: Infinity }); frame !== undefined; frame = await channel.read({ inactivityMs: Infinity })) {
      const message = decodeStore(frame)
      if (message.kind !== 'open') continue
      seen.opens++
      await channel.write(encodeStore({ opened: { upload: message.upload } }))
    }
  }, { maxInbound: 4 })
  return seen
}
