import assert from 'node:assert/strict'
import { NoSpaceError } from '../../src/errors.js'
import { MemoryBlobs } from '../../src/blockstore/memory-blobs.js'
import { chunkedVersion, inlineVersion, memoryStore, newUpload, rawBlock, type MemoryStore, type TestBlock } from './fixtures.js'

const GIB = 1024 ** 3
const MIB = 1024 ** 2
const DAY_MS = 86400e3
const ENTRY: [string, ...Array<string | number | Uint8Array>] = ['INSERT INTO addresses (peer, address, seen) VALUES (?, ?, ?)', 'p', 'a', 1]

describe('store uploads', () => {
  let time: number
  let memory: MemoryStore
  let store: MemoryStore['store']
  const version = chunkedVersion('version', 2)
  const [root, first, second] = version as [TestBlock, TestBlock, TestBlock]

  beforeEach(async () => {
    time = 1e12
    memory = await memoryStore({ now: () => time })
    ;({ store } = memory)
  })
  afterEach(async () => { await memory.close() })

  const begin = async (options: { expected?: number, local?: boolean, writer?: string } = {}): Promise<Uint8Array> => {
    const upload = newUpload()
    await store.begin({ upload, writer: 'w', expected: 0, ...options })
    return upload
  }
  const put = async (upload: Uint8Array, ...blocks: TestBlock[]): Promise<void> => {
    for (const { cid, bytes } of blocks) await store.put(cid, bytes, { upload })
  }
  const entries = (): number => memory.db.all('SELECT 1 FROM addresses').length

  describe('finish', () => {
    it('names what lies below the root, writes the extra statements, ends the upload', async () => {
      const upload = await begin()
      await put(upload, ...version)
      await store.finish(upload, root.cid, [ENTRY])
      assert.equal(await store.complete(root.cid), true)
      assert.deepEqual(store.rootsOf(first.cid).map(String), [String(root.cid)])
      const below = [root, first, second].map(({ cid }) => store.liesBelow(root.cid, cid))
      assert.deepEqual([...below, store.liesBelow(first.cid, root.cid), store.liesBelow(root.cid, rawBlock('elsewhere', 10).cid)], [true, true, true, false, false])
      const plan = memory.db.all<{ detail: string }>('EXPLAIN QUERY PLAN SELECT 1 FROM refs WHERE root = (SELECT id FROM blocks WHERE cid = ?) AND block = (SELECT id FROM blocks WHERE cid = ?)', root.cid.bytes, first.cid.bytes)
      assert.deepEqual(plan.filter(({ detail }) => detail.startsWith('SCAN')), [])
      assert.equal(entries(), 1)
      assert.equal(store.usage().reserved, 0)
      await assert.rejects(put(upload, rawBlock('late', 10)), { name: 'NodeStoppedError' })
      await store.abandon(upload)
      assert.equal(await store.complete(root.cid), true)
    })

    it('drops what the upload brought beside the version', async () => {
      const upload = await begin()
      const beside = [rawBlock('beside', 100_000), rawBlock('small beside', 10)]
      await put(upload, ...version, ...beside)
      await store.finish(upload, root.cid)
      for (const { cid } of beside) assert.equal(store.stat(cid), undefined)
      assert.equal(store.usage().blocks, 3)
    })

    it('does not fail when it was committed and what is left over cannot be removed', async () => {
      const blobs = new MemoryBlobs()
      const faulty = await memoryStore({ blobs })
      try {
        const upload = newUpload()
        const beside = rawBlock('beside', 100_000)
        await faulty.store.begin({ upload, writer: 'w', expected: 0 })
        for (const { cid, bytes } of [...version, beside]) await faulty.store.put(cid, bytes, { upload })
        blobs.remove = async () => { throw Object.assign(new Error('EIO'), { code: 'EIO' }) }
        await faulty.store.finish(upload, root.cid, [ENTRY])
        assert.equal(await faulty.store.complete(root.cid), true)
        assert.equal(faulty.store.stat(beside.cid), undefined)
        assert.equal(faulty.db.all('SELECT 1 FROM unlinks').length, 1)
        await assert.rejects(faulty.store.put(beside.cid, beside.bytes, { upload }), { name: 'NodeStoppedError' })
      } finally {
        await faulty.close()
      }
    })

    it('says how many blocks are missing, changes nothing, and can be repeated', async () => {
      const upload = await begin()
      await put(upload, root)
      await assert.rejects(store.finish(upload, root.cid, [ENTRY]), { code: 'BLOCKS_UNAVAILABLE', message: /^2 blocks/ })
      assert.equal(entries(), 0)
      assert.equal(await store.complete(root.cid), false)
      await put(upload, first, second)
      await store.finish(upload, root.cid, [ENTRY])
      assert.equal(await store.complete(root.cid), true)
    })

    it('refuses a root that is not there, no manifest, or of another length than its parent says', async () => {
      const upload = await begin()
      await assert.rejects(store.finish(upload, root.cid), { code: 'BLOCKS_UNAVAILABLE' })
      await assert.rejects(store.finish(upload, first.cid), { code: 'INVALID_DATA' })
      const lying = chunkedVersion('lying', 1, () => ({ cid: first.cid, bytes: new Uint8Array(320 * 1024 + 48) }))[0] as TestBlock
      await put(upload, lying, first)
      await assert.rejects(store.finish(upload, lying.cid), { code: 'INVALID_DATA' })
    })

    it('does nothing when an extra statement is refused', async () => {
      const upload = await begin()
      await put(upload, ...version)
      await assert.rejects(store.finish(upload, root.cid, [ENTRY, ENTRY]), { name: 'SqlError' })
      assert.equal(entries(), 0)
      assert.equal(memory.db.get('SELECT 1 FROM refs'), undefined)
      await store.finish(upload, root.cid, [ENTRY])
    })

    it('takes blocks that were there before, pinned or not', async () => {
      const earlier = await begin()
      await put(earlier, ...version)
      const upload = await begin()
      assert.deepEqual(await store.pin(upload, [root.cid, first.cid]), [true, true])
      await store.finish(upload, root.cid)
      await store.abandon(earlier)
      assert.equal(await store.complete(root.cid), true)
    })

    it('walks a version of more blocks than one unit takes', async () => {
      const other = await memoryStore({ unitBlocks: 2 })
      const wide = chunkedVersion('wide', 4)
      const upload = newUpload()
      await other.store.begin({ upload, writer: 'w', expected: 0, local: true })
      for (const { cid, bytes } of wide.slice(0, -1)) await other.store.put(cid, bytes, { upload, stage: true })
      await assert.rejects(other.store.finish(upload, (wide[0] as TestBlock).cid), { code: 'BLOCKS_UNAVAILABLE', message: /^1 block / })
      const last = wide.at(-1) as TestBlock
      await other.store.put(last.cid, last.bytes, { upload })
      await other.store.finish(upload, (wide[0] as TestBlock).cid)
      assert.equal(await other.store.complete((wide[0] as TestBlock).cid), true)
      assert.equal(other.store.rootsOf(last.cid).length, 1)
      assert.equal(other.db.get<{ n: number }>('SELECT count(*) AS n FROM refs')?.n, 5)
      await other.close()
    })

    it('takes a block that is linked many times', async () => {
      const upload = await begin()
      const shared = rawBlock('shared', MIB + 48)
      const wide = chunkedVersion('wide', 500, (index, length) => index < 499 ? shared : rawBlock('last', length))
      await put(upload, wide[0] as TestBlock, shared, wide.at(-1) as TestBlock)
      await store.finish(upload, (wide[0] as TestBlock).cid)
      assert.equal(store.usage().blocks, 3)
    })
  })

  describe('staged blocks', () => {
    const inline = inlineVersion('inline', 4096)

    it('are not there until finish, which is one unit', async () => {
      const upload = await begin({ local: true })
      await store.put(inline.cid, inline.bytes, { upload, stage: true })
      assert.equal(store.stat(inline.cid), undefined)
      assert.equal(memory.db.get('SELECT 1 FROM uploads'), undefined)
      let units = 0
      const write = memory.db.write.bind(memory.db)
      memory.db.write = (...args) => { units++; return write(...args) }
      await store.finish(upload, inline.cid, [ENTRY])
      assert.equal(units, 1)
      assert.deepEqual(await store.read(inline.cid), inline.bytes)
      assert.equal(await store.complete(inline.cid), true)
      assert.equal(entries(), 1)
    })

    it('work beside blocks that are put', async () => {
      const upload = await begin({ local: true })
      for (const { cid, bytes } of version) await store.put(cid, bytes, { upload, stage: true })
      assert.notEqual(store.stat(first.cid), undefined)
      assert.equal(store.stat(root.cid), undefined)
      await store.finish(upload, root.cid)
      assert.equal(await store.complete(root.cid), true)
    })

    it('leave nothing when the upload is abandoned, or holds more than the version', async () => {
      const upload = await begin({ local: true })
      await store.put(inline.cid, inline.bytes, { upload, stage: true })
      await store.abandon(upload)
      assert.equal(store.stat(inline.cid), undefined)
      const again = await begin({ local: true })
      for (const block of [inline, inlineVersion('beside')]) await store.put(block.cid, block.bytes, { upload: again, stage: true })
      await store.finish(again, inline.cid)
      assert.equal(store.usage().blocks, 1)
    })
  })

  describe('pins', () => {
    it('hold a block for each upload apart', async () => {
      const [a, b] = [await begin(), await begin()]
      await put(a, first)
      await put(b, first)
      await store.abandon(a)
      assert.deepEqual(await store.read(first.cid), first.bytes)
      await store.abandon(b)
      assert.equal(store.stat(first.cid), undefined)
      assert.equal(store.usage().used, 0)
    })

    it('last 7 days after the stream ended, and go on with the same id', async () => {
      const upload = await begin()
      await put(upload, first)
      await store.suspend(upload)
      time += 7 * DAY_MS - 1
      await store.expire()
      await store.begin({ upload, writer: 'w', expected: 0 })
      assert.deepEqual(await store.pin(upload, [first.cid, second.cid]), [true, false])
      await store.suspend(upload)
      time += 7 * DAY_MS - 1
      assert.deepEqual(await store.expire(), { blocks: 0, bytes: 0 })
      time += 2
      assert.deepEqual(await store.expire(), { blocks: 1, bytes: first.bytes.length })
      assert.equal(store.stat(first.cid), undefined)
    })

    it('last one hour after an abort', async () => {
      const upload = await begin()
      await put(upload, first)
      await store.abort(upload)
      time += 3600e3
      assert.deepEqual(await store.expire(), { blocks: 0, bytes: 0 })
      time += 1
      assert.deepEqual(await store.expire(), { blocks: 1, bytes: first.bytes.length })
    })

    it('do not end while the upload is open', async () => {
      const upload = await begin()
      await put(upload, first)
      time += 30 * DAY_MS
      await store.expire()
      assert.notEqual(store.stat(first.cid), undefined)
    })

    it('are of one writer', async () => {
      const upload = await begin({ writer: 'one' })
      await put(upload, first)
      await assert.rejects(store.begin({ upload, writer: 'two', expected: 0 }), { code: 'NOT_ALLOWED' })
      await store.suspend(upload)
      await assert.rejects(store.begin({ upload, writer: 'two', expected: 0 }), { code: 'NOT_ALLOWED' })
      await store.begin({ upload, writer: 'one', expected: 0 })
    })

    it('of an upload that was never begun are refused', async () => {
      await assert.rejects(put(newUpload(), first), { name: 'NodeStoppedError' })
      await assert.rejects(store.pin(newUpload(), [first.cid]), { name: 'NodeStoppedError' })
      await assert.rejects(store.finish(newUpload(), root.cid), { name: 'NodeStoppedError' })
      await store.abandon(newUpload())
    })
  })

  describe('release', () => {
    const sharing = chunkedVersion('sharing', 2, (index) => index === 0 ? first : rawBlock('own', second.bytes.length))

    beforeEach(async () => {
      for (const blocks of [version, sharing]) {
        const upload = await begin()
        await put(upload, ...blocks)
        await store.finish(upload, (blocks[0] as TestBlock).cid)
      }
    })

    it('drops what nothing else names, with the extra statements', async () => {
      assert.deepEqual(store.rootsOf(first.cid).length, 2)
      assert.deepEqual(await store.release(root.cid, [ENTRY]), { blocks: 2, bytes: root.bytes.length + second.bytes.length })
      assert.equal(entries(), 1)
      assert.equal(await store.complete(root.cid), false)
      assert.equal(await store.complete((sharing[0] as TestBlock).cid), true)
      assert.deepEqual(await store.read(first.cid), first.bytes)
    })

    it('leaves what is pinned or kept', async () => {
      const upload = await begin()
      assert.deepEqual(await store.pin(upload, [second.cid]), [true])
      await store.put(root.cid, root.bytes)
      assert.deepEqual(await store.release(root.cid), { blocks: 0, bytes: 0 })
      assert.deepEqual(await store.read(second.cid), second.bytes)
      assert.deepEqual(await store.read(root.cid), root.bytes)
    })

    it('does nothing when an extra statement is refused, and nothing for an unknown root', async () => {
      await assert.rejects(store.release(root.cid, [ENTRY, ENTRY]), { name: 'SqlError' })
      assert.equal(await store.complete(root.cid), true)
      assert.deepEqual(await store.release(inlineVersion('unknown').cid), { blocks: 0, bytes: 0 })
    })

    it('a version whose blocks are held without a finish is complete too', async () => {
      const own = chunkedVersion('kept', 1)
      for (const { cid, bytes } of own.slice(1)) await store.put(cid, bytes)
      assert.equal(await store.complete((own[0] as TestBlock).cid), false)
      await store.put((own[0] as TestBlock).cid, (own[0] as TestBlock).bytes)
      assert.equal(await store.complete((own[0] as TestBlock).cid), true)
    })
  })

  describe('bad input', () => {
    it('wrong bytes, a CID of another kind, a block that is too long', async () => {
      const { CID } = await import('multiformats/cid')
      await assert.rejects(store.put(first.cid, second.bytes), { code: 'INVALID_DATA' })
      await assert.rejects(store.put(CID.parse('QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n'), first.bytes, { verified: true }), { code: 'INVALID_DATA' })
      const long = rawBlock('long', MIB + 64 * 1024 + 1)
      await assert.rejects(store.put(long.cid, long.bytes), { code: 'INVALID_DATA' })
      assert.equal(store.usage().blocks, 0)
    })
  })
})

describe('store capacity', () => {
  const withSpace = async (capacity: number, space?: { free: number, total: number }): Promise<MemoryStore> => {
    const blobs = new MemoryBlobs()
    if (space !== undefined) Object.assign(blobs, { space: async () => space })
    return memoryStore({ capacity, blobs })
  }
  const begin = async ({ store }: MemoryStore, expected: number): Promise<Uint8Array> => {
    const upload = newUpload()
    await store.begin({ upload, writer: 'w', expected })
    return upload
  }

  it('reserves the known size before any body, and refuses what does not fit', async () => {
    const memory = await withSpace(10 * MIB)
    const upload = await begin(memory, 6 * MIB)
    await assert.rejects(begin(memory, 5 * MIB), { code: 'NO_SPACE', retry: true })
    assert.equal(memory.store.usage().reserved, 6 * MIB)
    await memory.store.abandon(upload)
    await begin(memory, 10 * MIB)
    await memory.close()
  })

  it('a block takes from its reservation what it uses, and a block that is held nothing', async () => {
    const memory = await withSpace(10 * MIB)
    const upload = await begin(memory, 6 * MIB)
    const block = rawBlock('x', MIB)
    await memory.store.put(block.cid, block.bytes, { upload })
    assert.equal(memory.store.usage().reserved, 5 * MIB)
    assert.equal(memory.store.usage().used, MIB)
    await memory.store.put(block.cid, block.bytes, { upload })
    assert.equal(memory.store.usage().reserved, 5 * MIB)
    await memory.close()
  })

  it('an unknown size reserves a part at a time, and ends when there is no more', async () => {
    const memory = await withSpace(2 * GIB)
    const upload = await begin(memory, 0)
    assert.equal(memory.store.usage().reserved, 64 * MIB)
    await memory.close()
    const small = await withSpace(3 * MIB)
    const uploads = [await begin(small, 0), await begin(small, 0), await begin(small, 0)]
    for (let n = 0; n < 2; n++) {
      const block = rawBlock(n, MIB)
      await small.store.put(block.cid, block.bytes, { upload: uploads[0] })
    }
    const last = rawBlock('last', MIB)
    await assert.rejects(small.store.put(last.cid, last.bytes, { upload: uploads[0] }), { code: 'NO_SPACE' })
    for (const each of uploads.slice(1)) await small.store.abandon(each)
    await small.store.put(last.cid, last.bytes, { upload: uploads[0] })
    assert.equal(small.store.usage().used, 3 * MIB)
    assert.ok(upload.length === 16)
    await small.close()
  })

  it('keeps the reserve: the larger of 1 GiB and 2 %', async () => {
    for (const [total, reserve] of [[20 * GIB, GIB], [100 * GIB, Math.floor(2 * GIB)]] as const) {
      const memory = await withSpace(1000 * GIB, { free: reserve + 5 * MIB, total })
      assert.equal(memory.store.usage().reserve, reserve)
      await assert.rejects(begin(memory, 6 * MIB), { code: 'NO_SPACE' })
      await begin(memory, 5 * MIB)
      await memory.close()
    }
  })

  it('gives up ballast when the index cannot even note a deletion, and takes it back afterwards', async () => {
    let ballast = 2
    let made = 0
    const memory = await memoryStore({ ballast: { dropBallast: async () => ballast-- > 0, makeBallast: async () => { made++ } } })
    const blocks = [rawBlock('x', MIB), rawBlock('y', MIB)]
    for (const { cid, bytes } of blocks) await memory.store.put(cid, bytes)
    const write = memory.db.write.bind(memory.db)
    memory.db.write = async (...args) => {
      if (ballast > 0 || full) throw new NoSpaceError('no room in the test')
      return write(...args)
    }
    let full = false
    await memory.store.delete(blocks[0]?.cid ?? assert.fail())
    assert.equal(ballast, 0)
    assert.equal(made, 1)
    assert.equal(memory.store.usage().blocks, 1)
    full = true
    await assert.rejects(memory.store.delete(blocks[1]?.cid ?? assert.fail()), { code: 'NO_SPACE' })
    memory.db.write = write
    await memory.close()
  })

  it('deletes when nothing is free', async () => {
    const space = { free: 10 * GIB, total: 20 * GIB }
    const memory = await withSpace(1000 * GIB, space)
    const block = rawBlock('x', MIB)
    await memory.store.put(block.cid, block.bytes)
    space.free = 0
    await memory.store.delete(block.cid)
    assert.equal(memory.store.usage().used, 0)
    await memory.close()
  })
})
