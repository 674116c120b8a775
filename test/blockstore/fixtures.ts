import { createHash, randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { encodeManifest, FULL_CHUNK_BLOCK_BYTES, KEY_BYTES, pad, SEAL_BYTES, SIZE_BYTES } from '../../protocols/block/tree.js'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { IndexedBlockStore, type BlockStoreInit } from '../../src/blockstore/block-store.js'
import { MemoryBlobs } from '../../src/blockstore/memory-blobs.js'

export interface TestBlock { cid: CID, bytes: Uint8Array }

/** Bytes that depend on `seed` alone. */
export function bytesOf (seed: string | number, length: number): Uint8Array {
  const bytes = createHash('shake256', { outputLength: length }).update(String(seed)).digest()
  return new Uint8Array(bytes)
}

export function rawBlock (seed: string | number, length: number): TestBlock {
  const bytes = bytesOf(seed, length)
  return { cid: cidOf(RAW, bytes), bytes }
}

/** A version of one block: an inline manifest that holds `length` bytes of data. */
export function inlineVersion (seed: string | number, length = 256): TestBlock {
  const bytes = new Uint8Array(encodeManifest({ level: 0, links: [], sizes: [], bytes: 0 }, bytesOf(seed, SEAL_BYTES + SIZE_BYTES + pad(length))))
  return { cid: cidOf(DAG_CBOR, bytes), bytes }
}

/** A version of `chunks` chunks, the last of 320 KiB when it is the only one and else of 64 KiB: root first. */
export function chunkedVersion (seed: string | number, chunks: number, chunk?: (index: number, length: number) => TestBlock): TestBlock[] {
  const lengths = Array.from({ length: chunks }, (_, index) => {
    if (index < chunks - 1) return FULL_CHUNK_BLOCK_BYTES
    return (chunks === 1 ? 320 * 1024 : lastOf(chunks)) + SEAL_BYTES
  })
  const blocks = lengths.map((length, index) => chunk?.(index, length) ?? rawBlock(`${seed}/${index}`, length))
  const manifest = {
    level: 0,
    links: blocks.map(({ cid }) => cid),
    sizes: blocks.map(({ bytes }) => bytes.length),
    bytes: blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
  const root = new Uint8Array(encodeManifest(manifest, bytesOf(`${seed}/root`, SEAL_BYTES + SIZE_BYTES + KEY_BYTES * chunks)))
  return [{ cid: cidOf(DAG_CBOR, root), bytes: root }, ...blocks]
}

/** Plaintext of the last chunk of the shortest file with this many chunks. */
function lastOf (chunks: number): number {
  const full = (chunks - 1) * 1024 ** 2
  return pad(full + 1) - full
}

export const newUpload = (): Uint8Array => new Uint8Array(randomBytes(16))

export interface MemoryStore { db: IndexDb, store: IndexedBlockStore, close: () => Promise<void> }

export async function memoryStore (init: Partial<BlockStoreInit> = {}): Promise<MemoryStore> {
  const db = init.db ?? await IndexDb.open({ migrations: MIGRATIONS })
  const store = await IndexedBlockStore.open({ blobs: new MemoryBlobs(), capacity: 1024 ** 3, ...init, db })
  return {
    db,
    store,
    async close () {
      await store.close()
      await db.close()
    }
  }
}
