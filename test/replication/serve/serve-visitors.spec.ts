import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { GetClient, MissingBlockError } from '../../../protocols/get/dialer.js'
import type { Visitor } from '../../../src/network/peers.js'
import { VISITOR_STREAMS, VISITOR_STREAMS_PER_PEER, VisitorService } from '../../../src/replication/serve/serve-visitors.js'
import { VisitorScheduler } from '../../../src/replication/serve/visitor-scheduler.js'
import { chunkedVersion, inlineVersion, memoryStore, newUpload, rawBlock, type MemoryStore, type TestBlock } from '../../blockstore/fixtures.js'

describe('what visitors get', () => {
  let memory: MemoryStore
  let service: VisitorService
  let read: string[]
  const version = chunkedVersion('shared', 2)
  const [root, first] = version as [TestBlock, TestBlock]
  const other = inlineVersion('not shared')
  const pinned = rawBlock('of an upload', 100_000)

  beforeEach(async () => {
    memory = await memoryStore()
    const { store } = memory
    const put = async (blocks: TestBlock[], finished?: CID): Promise<void> => {
      const upload = newUpload()
      await store.begin({ upload, writer: 'w', expected: 0 })
      for (const { cid, bytes } of blocks) await store.put(cid, bytes, { upload })
      if (finished !== undefined) await store.finish(upload, finished)
    }
    await put(version, root.cid)
    await put([other], other.cid)
    await put([pinned])
    read = []
    service = new VisitorService({
      liesBelow: (a, b) => store.liesBelow(a, b),
      stat: (cid) => store.stat(cid),
      recheck: (cid) => store.recheck(cid),
      read: (cid, options) => {
        read.push(cid.toString())
        return store.read(cid, options)
      }
    }, new VisitorScheduler({ now: () => 0 }))
  })
  afterEach(() => memory.close())

  const visitor = (peer = 'v'): Visitor => ({ peer, visits: { link: '00', by: '00', root: root.cid.toString() }, expires: new Date(), signal: new AbortController().signal }) as unknown as Visitor

  async function visit (peer?: string): Promise<{ client: GetClient, stream: Stream, handled: Promise<void> }> {
    const [out, into] = await streamPair()
    const handled = service.handle(into, visitor(peer))
    handled.catch(() => {})
    return { client: new GetClient(out), stream: out, handled }
  }

  const missing = async (client: GetClient, cid: CID): Promise<void> => {
    await assert.rejects(client.want(cid), (error: unknown) => error instanceof MissingBlockError && error.reason === 'NOT_HELD')
  }

  it('is the tree below the root of their grant; all else is missing alike, and is not even looked for', async () => {
    const { client, handled } = await visit()
    for (const { cid, bytes } of version) assert.deepEqual(await client.want(cid), bytes)
    const asked = read.length
    for (const { cid } of [other, pinned, inlineVersion('nowhere')]) await missing(client, cid)
    assert.equal(read.length, asked)
    await client.close()
    await handled
  })

  it('is nothing once the root is let go, even while one of its blocks lies below another', async () => {
    const { client } = await visit()
    const [again] = chunkedVersion('shared again', 2, (index) => version[index + 1] ?? rawBlock('x', 1)) as [TestBlock]
    const upload = newUpload()
    await memory.store.begin({ upload, writer: 'w', expected: 0 })
    await memory.store.put(again.cid, again.bytes, { upload })
    await memory.store.finish(upload, again.cid)
    await memory.store.release(root.cid)
    assert.notEqual(memory.store.stat(first.cid), undefined)
    await missing(client, first.cid)
    await missing(client, again.cid)
    await client.close()
  })

  it('streams beyond the share of a peer, and of all, are told that there are too many', async () => {
    const one = await Promise.all(Array.from({ length: VISITOR_STREAMS_PER_PEER }, () => visit('one')))
    const more = await visit('one')
    await assert.rejects(more.client.want(root.cid), { code: 'LIMIT', retry: true })
    const others = await Promise.all(Array.from({ length: VISITOR_STREAMS - VISITOR_STREAMS_PER_PEER }, (_, n) => visit(`other ${n >> 1}`)))
    const last = await visit('last')
    await assert.rejects(last.client.want(root.cid), { code: 'LIMIT', retry: true })
    for (const { client } of [...one, ...others]) assert.deepEqual(await client.want(first.cid), first.bytes)
    // one that is reset gives its place to others
    one[0]?.stream.abort(new Error('left'))
    await one[0]?.handled.catch(() => {})
    const now = await visit('last')
    assert.deepEqual(await now.client.want(first.cid), first.bytes)
    await Promise.all([...one.slice(1), ...others, now].map(({ client }) => client.close()))
  })
})
