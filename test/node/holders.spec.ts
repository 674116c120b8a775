import assert from 'node:assert/strict'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { encodeBlockHeader, encodeMissing } from '../../protocols/get/codec.js'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import type { Waits } from '../../src/node/waits.js'
import { LIES, misbehave } from './liars.js'
import { bytesOf, Cluster, collect, connected, failsWith, held, inside, knows, next, parted, same } from './cluster.js'

const MIB = 1024 ** 2
/** Above 64 KiB a block is a file. */
const CONTENT = bytesOf('content', 6 * MIB + 100)

describe('node: getting from others', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  /** Two holders of 'x', which know each other, and a reader that has nothing and is connected to both. */
  async function scene (waits: Partial<Waits> = {}, first: DfsNodeInit = {}): Promise<{ a: DfsNode, b: DfsNode, reader: DfsNode, got: Map<string, number>, get: () => Promise<Uint8Array> }> {
    const a = await cluster.node(first)
    const b = await cluster.member(a)
    const file = await a.put('x', CONTENT, { durable: 2 })
    // it lends nothing, or it would bring itself a copy
    const reader = await cluster.member(a, { role: 'read', capacity: 0, bootstrap: b.addresses }, waits)
    await connected(b, reader)
    await knows(reader, 'x', file.version)
    const got = new Map<string, number>()
    return {
      a, b, reader, got,
      get: async () => collect(reader.get('x', { onProgress: (event) => { if (event.type === 'file:get:fetched') got.set(event.peer, (got.get(event.peer) ?? 0) + event.bytes) } }))
    }
  }

  it('takes from both of two holders, and keeps nothing', async () => {
    const { a, b, reader, got, get } = await scene()
    same(await get(), CONTENT)
    assert.deepEqual(new Set(got.keys()), new Set([a.peer, b.peer]))
    const total = [...got.values()].reduce((sum, bytes) => sum + bytes, 0)
    assert.ok(total > CONTENT.length && total < CONTENT.length * 1.1)
    assert.deepEqual(held(reader), { blocks: 0, used: 0, reserved: 0 })
  })

  for (const [what, lie] of Object.entries(LIES)) {
    it(`goes on from another when one answers with ${what}`, async () => {
      const { a, b, get, got } = await scene({ inactivityMs: 1_000 })
      const seen = await misbehave(a, lie)
      same(await get(), CONTENT)
      assert.ok(seen.wants > 0)
      assert.deepEqual([...got.keys()], [b.peer])
    })
  }

  for (const what of ['other bytes of the same length', 'garbage in a frame', 'nothing', 'missing'] as const) {
    it(`ends with a typed error when all answer with ${what}`, async () => {
      const { a, b, get } = await scene({ inactivityMs: 300 })
      const lie = LIES[what]
      assert.ok(lie !== undefined)
      await misbehave(a, lie)
      await misbehave(b, lie)
      await failsWith(get(), 'BLOCKS_UNAVAILABLE')
    })
  }

  it('goes on from another when the one that serves dies in mid-get', async () => {
    const { a, b, reader } = await scene({ inactivityMs: 5_000 })
    // nobody but a answers until a is gone
    const served = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    await misbehave(b, async ({ cid, right, channel }) => {
      await gone.promise
      await channel.write(encodeBlockHeader(cid, right.length), right)
    })
    const pieces: Uint8Array[] = []
    const from = new Set<string>()
    const work = (async () => {
      for await (const piece of reader.get('x', { onProgress: (event) => { if (event.type === 'file:get:fetched') from.add(event.peer) } })) {
        pieces.push(piece.slice())
        served.resolve()
      }
    })()
    // if b was asked for the root it must not wait for ever
    const { host } = inside(a)
    await Promise.race([served.promise, new Promise<void>((resolve) => { setImmediate(resolve) })])
    await Promise.all(host.getConnections().map(async (connection) => { connection.abort(new Error('killed')) }))
    await a.stop()
    gone.resolve()
    await work
    same(new Uint8Array(Buffer.concat(pieces)), CONTENT)
    assert.ok(from.has(b.peer))
  })

  it('ends with a typed error when the only holder dies, and does not hang', async () => {
    const a = await cluster.node()
    const file = await a.put('x', CONTENT, { durable: 1 })
    const reader = await cluster.member(a, { role: 'read', capacity: 0 }, { inactivityMs: 300 })
    await knows(reader, 'x', file.version)
    const work = (async () => {
      for await (const piece of reader.get('x')) {
        assert.ok(piece.length > 0)
        await a.stop()
        await parted(reader, a.peer)
      }
    })()
    await failsWith(work, 'BLOCKS_UNAVAILABLE')
  })

  it('waits for a holder that was lost and is back', async () => {
    const a = await cluster.node()
    const file = await a.put('x', CONTENT, { durable: 1 })
    const reader = await cluster.member(a, { role: 'read', capacity: 0 }, { inactivityMs: 15_000 })
    await knows(reader, 'x', file.version)
    const pieces: Uint8Array[] = []
    let cut = false
    for await (const piece of reader.get('x')) {
      pieces.push(piece.slice())
      if (cut) continue
      cut = true
      const away = parted(reader, a.peer)
      for (const connection of inside(a).host.getConnections()) connection.abort(new Error('the line was cut'))
      await away
    }
    same(new Uint8Array(Buffer.concat(pieces)), CONTENT)
  })

  it('ends its transfers with the loop that reads', async () => {
    const { a, b, reader } = await scene()
    const asked = [await misbehave(a, () => {}), await misbehave(b, () => {})]
    const stop = new AbortController()
    const first = reader.get('x', { signal: stop.signal })[Symbol.asyncIterator]().next()
    const failed = failsWith(first, 'ABORTED')
    stop.abort()
    await failed
    assert.ok(asked.every(({ wants }) => wants <= 1))
  })

  it('two readers of the same file at once get the same', async () => {
    const { get } = await scene()
    for (const bytes of await Promise.all([get(), get(), get()])) same(bytes, CONTENT)
  })

  describe('a block that went bad on the disk', () => {
    it('is noticed by the reader, told to its holder, and taken from another', async () => {
      const dir = await cluster.dir()
      const { a, b, get } = await scene({}, { dir })
      const damaged = await damage(dir)
      const corrupt = next(a, 'block:corrupt')
      let honest = false
      await misbehave(b, async ({ cid, right, channel }) => {
        // so that a is asked, whatever the order
        if (!honest && CID.decode(cid).toString() === damaged) await channel.write(encodeMissing(cid, 'NOT_HELD'))
        else await channel.write(encodeBlockHeader(cid, right.length), right)
      })
      await failsWith(get(), 'BLOCKS_UNAVAILABLE')
      // a looks because the reader complained
      assert.equal((await corrupt).cid, damaged)
      assert.equal((await a.status()).disk.quarantined, 1)
      honest = true
      same(await get(), CONTENT)
    })

    it('is fetched again by the node that has it, which reports it once', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir })
      const b = await cluster.member(a)
      await a.put('x', CONTENT, { durable: 2 })
      const damaged = await damage(dir)
      const seen: string[] = []
      a.addEventListener('block:corrupt', ({ detail }) => { seen.push(detail.cid) })
      const from: string[] = []
      for (let n = 0; n < 2; n++) {
        same(await collect(a.get('x', { onProgress: (event) => { if (event.type === 'file:get:fetched') from.push(event.peer) } })), CONTENT)
      }
      assert.deepEqual(seen, [damaged])
      // and was put back: the second get asked nobody
      assert.deepEqual(from, [b.peer])
      assert.equal((await a.status()).disk.quarantined, 1)
    })

    it('is a typed error where there is no other copy', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir })
      await a.put('x', CONTENT)
      await damage(dir)
      await failsWith(collect(a.get('x')), 'BLOCK_CORRUPT')
      await failsWith(collect(a.get('x')), 'BLOCKS_UNAVAILABLE')
    })
  })
})

/** Turns one bit in a file of a block; resolves to its CID. */
async function damage (dir: string): Promise<string> {
  const blocks = await readdir(join(dir, 'blocks'), { recursive: true, withFileTypes: true })
  const file = blocks.filter((entry) => entry.isFile()).sort((a, b) => a.name.localeCompare(b.name))[0]
  assert.ok(file !== undefined)
  const handle = await open(join(file.parentPath, file.name), 'r+')
  try {
    const byte = new Uint8Array(1)
    await handle.read(byte, 0, 1, 100)
    await handle.write(Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, 100)
  } finally {
    await handle.close()
  }
  return file.name.replace(/\..*$/, '')
}
