import type { CID } from 'multiformats/cid'
import type { Blobs, FoundBlob } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { MemoryQuarantine } from './quarantine.js'

/** Blocks in memory: durable means held by a running process. */
export class MemoryBlobs implements Blobs {
  readonly failure = undefined
  private readonly held = new Map<string, Uint8Array>()
  private readonly aside = new MemoryQuarantine()

  /** Copies: what the caller does to its array later changes nothing here. */
  async write (cid: CID, bytes: Uint8Array): Promise<void> {
    this.held.set(keyOf(cid), new Uint8Array(bytes))
  }

  async read (cid: CID, size: number): Promise<Uint8Array | undefined> {
    return this.held.get(keyOf(cid))?.slice(0, size + 1)
  }

  async stat (cid: CID): Promise<number | undefined> {
    return this.held.get(keyOf(cid))?.length
  }

  async remove (cid: CID): Promise<void> {
    this.held.delete(keyOf(cid))
  }

  /** What is in memory only this process put there. */
  async * walk (): AsyncGenerator<FoundBlob[]> {}

  /** One place is enough: the row says what it is. */
  async toTrash (cid: CID): Promise<boolean> {
    return this.held.has(keyOf(cid))
  }

  async fromTrash (cid: CID): Promise<boolean> {
    return this.held.has(keyOf(cid))
  }

  async quarantine (cid: CID, reason: string, bytes = this.held.get(keyOf(cid))): Promise<void> {
    if (bytes === undefined) return
    await this.aside.keep(cid.toString(), bytes, reason)
    this.held.delete(keyOf(cid))
  }

  quarantined (): { blocks: number, bytes: number } {
    return this.aside.totals()
  }

  async space (): Promise<undefined> {}

  async close (): Promise<void> {
    this.held.clear()
  }
}
