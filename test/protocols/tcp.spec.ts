import assert from 'node:assert/strict'
import type { Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { cidOf, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import { Channel } from '../../protocols/framing/channel.js'
import { encodeWant } from '../../protocols/get/codec.js'
import { GET_PROTOCOL, MAX_WANTS, READ_AHEAD_BYTES } from '../../protocols/get/constants.js'
import { GetClient } from '../../protocols/get/dialer.js'
import { handleGet } from '../../protocols/get/handler.js'
import { encodeBlockHeader, encodeMessage } from '../../protocols/store/codec.js'
import { CREDIT_BYTES, STORE_PROTOCOL, STORING_BYTES } from '../../protocols/store/constants.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { handleStore } from '../../protocols/store/handler.js'
import { codeOf } from './codes.js'
import { block, ended, ENTRY, ENTRY_ID, MemoryBackend } from './store/fixtures.js'

/** More than credit and storing hold. */
const BLOCKS = 16
const SOON_MS = 500

/** A node on 127.0.0.1 with the transports that dfs uses. */
async function node (): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
}

describe('over TCP, Noise and Yamux', () => {
  let dialer: Libp2p
  let listener: Libp2p
  const blocks = Array.from({ length: BLOCKS }, (_, index) => block(index, MAX_BLOCK_BYTES))

  beforeEach(async () => { [dialer, listener] = await Promise.all([node(), node()]) })
  afterEach(async () => { await Promise.all([dialer.stop(), listener.stop()]) })

  async function open (protocol: string): Promise<Stream> {
    return dialer.dialProtocol(listener.getMultiaddrs(), protocol)
  }

  it('gets blocks, and puts them', async () => {
    const memory = new MemoryBackend()
    await listener.handle(STORE_PROTOCOL, (stream) => handleStore(stream, memory))
    await listener.handle(GET_PROTOCOL, (stream) => handleGet(stream, {
      read: async (cid) => memory.held.get(cid.toString()),
      complain: async () => { assert.fail('a complaint') }
    }))
    const store = new StoreClient(await open(STORE_PROTOCOL))
    const upload = await store.open({ expected: BLOCKS * MAX_BLOCK_BYTES })
    let stored = 0
    upload.onStored = (bytes) => { stored += bytes }
    await Promise.all(blocks.map(({ cid, bytes }) => upload.send(cid, bytes)))
    assert.deepEqual(await upload.done(ENTRY), ENTRY_ID)
    assert.equal(stored, BLOCKS * MAX_BLOCK_BYTES)
    const get = new GetClient(await open(GET_PROTOCOL))
    const got = await Promise.all(blocks.map(async ({ cid }) => get.want(cid)))
    for (const [index, bytes] of got.entries()) assert.ok(Buffer.from(bytes).equals(blocks[index]?.bytes ?? new Uint8Array(0)))
    await Promise.all([get.close(), store.close()])
  })

  it('a stalled asker costs the holder READ_AHEAD_BYTES, whatever it has asked for', async () => {
    const big = new Uint8Array(MAX_BLOCK_BYTES)
    let readBytes = 0
    let queued = 0
    const result = Promise.withResolvers<string>()
    await listener.handle(GET_PROTOCOL, async (stream) => {
      result.resolve(codeOf(handleGet(stream, {
        read: async () => {
          queued = Math.max(queued, stream.writeBufferLength)
          readBytes += big.length
          return big
        },
        complain: async () => { assert.fail('a complaint') },
        inactivityMs: SOON_MS
      })))
    })
    const stream = await open(GET_PROTOCOL)
    stream.maxReadBufferLength = Infinity
    stream.pause()
    const wants = Array.from({ length: MAX_WANTS }, (_, index) => cidOf(RAW, Uint8Array.of(index, 1)).bytes)
    await new Channel(stream).write(encodeWant(wants))
    assert.equal(await result.promise, 'TIMEOUT')
    assert.equal(await ended(stream), 'reset')
    const taken = stream.readBufferLength
    assert.ok(taken > 0)
    // what the wire took before it stood still, and what lies ahead of it
    assert.ok(readBytes - taken <= READ_AHEAD_BYTES, `${readBytes} read, ${taken} taken`)
    assert.ok(queued <= READ_AHEAD_BYTES)
  })

  it('a dialer whose listener stores nothing hands over no more than credit and storing', async () => {
    const disk = Promise.withResolvers<undefined>()
    const memory = new MemoryBackend()
    memory.onStore = async () => disk.promise
    await listener.handle(STORE_PROTOCOL, (stream) => handleStore(stream, memory))
    const client = new StoreClient(await open(STORE_PROTOCOL), { inactivityMs: SOON_MS })
    const upload = await client.open({ expected: 0 })
    let handed = 0
    const sends = Promise.all(blocks.map(async ({ cid, bytes }) => {
      await upload.send(cid, bytes)
      handed += bytes.length
    }).map(codeOf))
    assert.ok((await sends).includes('TIMEOUT'))
    assert.equal(handed, CREDIT_BYTES + STORING_BYTES)
    disk.resolve(undefined)
  })

  it('a sender that ignores the credit is cut off, having cost no more than that', async () => {
    const disk = Promise.withResolvers<undefined>()
    const memory = new MemoryBackend()
    memory.onStore = async () => disk.promise
    const result = Promise.withResolvers<string>()
    await listener.handle(STORE_PROTOCOL, async (stream) => { result.resolve(codeOf(handleStore(stream, memory))) })
    const stream = await open(STORE_PROTOCOL)
    const channel = new Channel(stream)
    await channel.write(encodeMessage({ open: { upload: 1, id: new Uint8Array(16), expected: 0 } }))
    await channel.read()
    const sent = await Promise.all(blocks.map(({ cid, bytes }) => codeOf(channel.write(encodeBlockHeader(1, cid.bytes, bytes.length), bytes))))
    assert.ok(sent.includes('CLOSED'))
    disk.resolve(undefined)
    assert.equal(await result.promise, 'LIMIT')
    assert.equal(await ended(stream), 'reset')
    assert.ok(memory.held.size * MAX_BLOCK_BYTES <= CREDIT_BYTES + STORING_BYTES)
  })
})
