/**
 * What `createNode({ blockstore })` needs of an interface-blockstore implementation, as mocha tests. Exported as
 * `libp2p-dfs/compliance`; call it at the top level of a file that mocha runs:
 *
 * ```ts
 * import { blockstoreCompliance } from 'libp2p-dfs/compliance'
 *
 * blockstoreCompliance({
 *   name: 'my store',
 *   create: async () => new MyStore(await mkdtemp('/tmp/my-store-')),
 *   reopen: async (store) => { await store.close(); return new MyStore(store.path) },
 *   close: async (store) => { await store.close() }
 * })
 * ```
 *
 * It asks for no more than interface-blockstore 7 promises and dfs relies on: a `put` that has resolved can be read,
 * byte for byte, by any number of readers; an absent block is told by `has`, by an error named NotFoundError from the
 * iterator of `get`, and by nothing else; `delete` of an absent block is no error; an aborted signal ends a call before
 * it does anything. Stores may keep blocks by multihash alone, so CIDs of `getAll` are compared by multihash. With
 * `reopen` it also asks that what was put is still there afterwards: dfs acknowledges a block to other machines once
 * `put` has resolved, so a store that keeps it only in some cache breaks their promises too.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Blockstore } from 'interface-blockstore'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

export interface BlockstoreComplianceSetup<T extends Blockstore = Blockstore> {
  /** Heads the tests in the report. */
  name: string
  /** A new, empty store for each test. */
  create: () => T | Promise<T>
  /** Ends a store: called once for each that `create` or `reopen` returned last. */
  close?: (store: T) => void | Promise<void>
  /** Closes a store and opens another over the same data. Omitted: the store does not outlive its object. */
  reopen?: (store: T) => T | Promise<T>
}

const RAW = 0x55
const DAG_CBOR = 0x71
const SHA2_256 = 0x12
/** The largest block of dfs: 1 MiB + 64 KiB (protocols/block). */
const MAX_BLOCK_BYTES = 1024 ** 2 + 64 * 1024

/** Lengths at which implementations differ. */
const LENGTHS: ReadonlyArray<{ length: number, why: string }> = [
  { length: 0, why: 'no byte at all' },
  { length: 1, why: 'the least that is something' },
  { length: 64 * 1024 - 1, why: 'the last that dfs itself would keep in its index' },
  { length: 64 * 1024, why: 'the first that dfs itself would keep in a file' },
  { length: 1024 ** 2 + 48, why: 'a full chunk of dfs' },
  { length: MAX_BLOCK_BYTES, why: 'the largest block of dfs' }
]

interface Block { cid: CID, bytes: Uint8Array }

function blockOf (seed: string, length: number, codec = RAW): Block {
  const bytes = new Uint8Array(createHash('shake256', { outputLength: length }).update(seed).digest())
  return { cid: CID.createV1(codec, createDigest(SHA2_256, new Uint8Array(createHash('sha256').update(bytes).digest()))), bytes }
}

async function read (store: Blockstore, cid: CID): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.get(cid)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

const digestOf = ({ multihash }: CID): string => Buffer.from(multihash.digest).toString('hex')
const isNotFound = (error: unknown): boolean => error instanceof Error && error.name === 'NotFoundError'

/** Declares the tests; see the head of this file. */
export function blockstoreCompliance<T extends Blockstore> ({ name, create, close, reopen }: BlockstoreComplianceSetup<T>): void {
  describe(`interface-blockstore compliance: ${name}`, () => {
    let store: T

    beforeEach(async () => { store = await create() })
    afterEach(async () => { await close?.(store) })

    for (const { length, why } of LENGTHS) {
      it(`returns what was put: ${length} bytes, ${why}`, async () => {
        const { cid, bytes } = blockOf('one', length)
        assert.ok(cid.equals(await store.put(cid, bytes)))
        assert.equal(await store.has(cid), true)
        assert.deepEqual(await read(store, cid), bytes)
      })
    }

    it('takes both codecs of dfs', async () => {
      for (const codec of [RAW, DAG_CBOR]) {
        const { cid, bytes } = blockOf(`codec ${codec}`, 100, codec)
        await store.put(cid, bytes)
        assert.deepEqual(await read(store, cid), bytes)
      }
    })

    it('takes a block in pieces', async () => {
      const { cid, bytes } = blockOf('pieces', 200_000)
      await store.put(cid, (async function * () {
        yield bytes.subarray(0, 1)
        yield bytes.subarray(1, 100_000)
        yield bytes.subarray(100_000)
      })())
      assert.deepEqual(await read(store, cid), bytes)
    })

    it('takes the same block twice, also at the same time', async () => {
      const { cid, bytes } = blockOf('twice', 100_000)
      await Promise.all([1, 2, 3].map(async () => store.put(cid, bytes)))
      await store.put(cid, bytes)
      assert.deepEqual(await read(store, cid), bytes)
      assert.deepEqual(await namesOf(store), [digestOf(cid)])
    })

    it('says that a block is absent, in every way', async () => {
      const { cid } = blockOf('absent', 10)
      assert.equal(await store.has(cid), false)
      await assert.rejects(read(store, cid), isNotFound)
    })

    it('forgets what is deleted; deleting what is absent is no error', async () => {
      const [gone, stays] = [blockOf('gone', 100_000), blockOf('stays', 100_000)]
      await store.put(gone.cid, gone.bytes)
      await store.put(stays.cid, stays.bytes)
      await store.delete(gone.cid)
      await store.delete(gone.cid)
      assert.equal(await store.has(gone.cid), false)
      await assert.rejects(read(store, gone.cid), isNotFound)
      assert.deepEqual(await read(store, stays.cid), stays.bytes)
      await store.put(gone.cid, gone.bytes)
      assert.deepEqual(await read(store, gone.cid), gone.bytes)
    })

    it('serves many at once', async () => {
      const blocks = Array.from({ length: 40 }, (_, n) => blockOf(`many ${n}`, n * 5_000))
      await Promise.all(blocks.map(async ({ cid, bytes }) => store.put(cid, bytes)))
      const got = await Promise.all(blocks.flatMap(({ cid }) => [read(store, cid), read(store, cid)]))
      got.forEach((bytes, n) => { assert.deepEqual(bytes, blocks[n >> 1]?.bytes) })
    })

    it('puts, gets and deletes lists, in their order', async () => {
      const blocks = ['a', 'b', 'c'].map((seed) => blockOf(seed, 70_000))
      const cids = blocks.map(({ cid }) => cid)
      const put: CID[] = []
      for await (const cid of store.putMany(blocks)) put.push(cid)
      assert.deepEqual(put.map(String), cids.map(String))

      const got: Block[] = []
      for await (const { cid, bytes } of store.getMany(cids)) {
        const pieces: Uint8Array[] = []
        for await (const piece of bytes) pieces.push(piece)
        got.push({ cid, bytes: new Uint8Array(Buffer.concat(pieces)) })
      }
      assert.deepEqual(got.map(({ cid }) => String(cid)), cids.map(String))
      assert.deepEqual(got.map(({ bytes }) => bytes), blocks.map(({ bytes }) => bytes))

      const deleted: CID[] = []
      for await (const cid of store.deleteMany(cids.slice(0, 2))) deleted.push(cid)
      assert.deepEqual(deleted.map(String), cids.slice(0, 2).map(String))
      assert.deepEqual(await namesOf(store), [digestOf(cids[2] as CID)])
    })

    it('lists all blocks with their bytes', async () => {
      const blocks = Array.from({ length: 10 }, (_, n) => blockOf(`all ${n}`, n * 20_000))
      for (const { cid, bytes } of blocks) await store.put(cid, bytes)
      const found = new Map<string, Uint8Array>()
      for await (const { cid, bytes } of store.getAll()) {
        const pieces: Uint8Array[] = []
        for await (const piece of bytes) pieces.push(piece)
        found.set(digestOf(cid), new Uint8Array(Buffer.concat(pieces)))
      }
      assert.deepEqual(found, new Map(blocks.map(({ cid, bytes }) => [digestOf(cid), bytes])))
    })

    it('does nothing for a signal that was aborted before', async () => {
      const { cid, bytes } = blockOf('aborted', 100_000)
      const signal = AbortSignal.abort(new Error('stopped'))
      await assert.rejects(async () => { await store.put(cid, bytes, { signal }) }, { message: 'stopped' })
      assert.equal(await store.has(cid), false)
      await store.put(cid, bytes)
      await assert.rejects(async () => { for await (const piece of store.get(cid, { signal })) assert.fail(`${piece.length} bytes`) }, { message: 'stopped' })
      await assert.rejects(async () => { await store.has(cid, { signal }) }, { message: 'stopped' })
      await assert.rejects(async () => { await store.delete(cid, { signal }) }, { message: 'stopped' })
      assert.deepEqual(await read(store, cid), bytes)
    })

    if (reopen !== undefined) {
      it('still has everything after it was opened again', async () => {
        const blocks = LENGTHS.map(({ length }) => blockOf('kept', length))
        const gone = blockOf('gone', 100_000)
        for (const { cid, bytes } of [...blocks, gone]) await store.put(cid, bytes)
        await store.delete(gone.cid)
        store = await reopen(store)
        for (const { cid, bytes } of blocks) assert.deepEqual(await read(store, cid), bytes)
        assert.equal(await store.has(gone.cid), false)
      })
    }
  })
}

/** Multihashes of all blocks, sorted. */
async function namesOf (store: Blockstore): Promise<string[]> {
  const names: string[] = []
  for await (const { cid } of store.getAll()) names.push(digestOf(cid))
  return names.sort()
}
