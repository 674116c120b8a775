import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { isBlockCid } from '../../protocols/block/cid.js'
import { collect } from './collect.js'
import type { Blobs, FoundBlob, WalkOptions } from './interface.js'
import { MemoryQuarantine, type Quarantine } from './quarantine.js'

/** What an outside blockstore must be able to do; `libp2p-dfs/compliance` says how it must behave. */
export type ForeignBlockstore = Pick<Blockstore, 'put' | 'get' | 'has' | 'delete'> & Partial<Pick<Blockstore, 'getAll'>>

/**
 * Blocks in an interface-blockstore implementation from outside. Durable means what that implementation means when
 * `put` has resolved. It may keep blocks by multihash alone.
 */
export class ForeignBlobs implements Blobs {
  readonly failure = undefined

  constructor (private readonly outside: ForeignBlockstore, private readonly aside: Quarantine = new MemoryQuarantine()) {}

  async write (cid: CID, bytes: Uint8Array): Promise<void> {
    await this.outside.put(cid, bytes)
  }

  async read (cid: CID): Promise<Uint8Array | undefined> {
    try {
      return await collect(this.outside.get(cid))
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFoundError') return undefined
      throw error
    }
  }

  /** An interface-blockstore cannot say a length, so the block is read; `has` alone answers for one that is absent. */
  async stat (cid: CID): Promise<number | undefined> {
    return await this.outside.has(cid) ? (await this.read(cid))?.length : undefined
  }

  async remove (cid: CID): Promise<void> {
    await this.outside.delete(cid)
  }

  /** Where it can list what it has. One that keeps no codecs lists manifests as raw blocks, under which nothing names them. */
  async * walk ({ signal }: WalkOptions = {}): AsyncGenerator<FoundBlob[]> {
    for await (const { cid } of this.outside.getAll?.() ?? []) {
      signal?.throwIfAborted()
      yield [isBlockCid(cid) ? { cid, path: cid.toString() } : { path: cid.toString() }]
    }
  }

  /** An interface-blockstore has one place, and what is in the trash stays there: the row says what it is. */
  async toTrash (cid: CID): Promise<boolean> {
    return this.outside.has(cid)
  }

  async fromTrash (cid: CID): Promise<boolean> {
    return this.outside.has(cid)
  }

  async quarantine (cid: CID, reason: string, bytes?: Uint8Array): Promise<void> {
    const found = bytes ?? await this.read(cid)
    if (found === undefined) return
    await this.aside.keep(cid.toString(), found, reason)
    if (bytes === undefined) await this.remove(cid)
  }

  quarantined (): { blocks: number, bytes: number } {
    return this.aside.totals()
  }

  async space (): Promise<undefined> {}

  async close (): Promise<void> {}
}
