import type { CID } from 'multiformats/cid'
import { RAW } from '../../../protocols/block/cid.js'
import { readPublic } from '../../../protocols/block/tree.js'
import { blocksBelow, type WalkedBlock } from '../../../protocols/block/walk.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { BlockCorruptError } from '../../errors.js'
import type { BlockStore } from '../../blockstore/interface.js'
import type { Semaphore } from '../../async/semaphore.js'

/** Blocks of a version that are looked up, and pinned, at once. */
const PINNED_AT_ONCE = 256

export interface DownloadOptions {
  store: Pick<BlockStore, 'pin' | 'put' | 'read' | 'stat'>
  /** A block from another member, verified against its CID. */
  fetch: (cid: CID, options: { signal: AbortSignal }) => Promise<Uint8Array>
  /** One for each block that is being fetched and stored. */
  slots: Semaphore
  /** Begun. */
  upload: Uint8Array
  root: CID
  /** Of the version, as its entry claims. */
  bytes: number
  signal: AbortSignal
  /** Called with the length of each block that is here. */
  onBlock?: (bytes: number) => void
}

/**
 * Brings every block below a root here under an upload, the root first: what is held is pinned and not fetched again.
 * Checks manifests as the store side of an upload does, and each chunk's length. Afterwards nothing of it runs.
 *
 * @throws ProtocolError INVALID_DATA when the version breaks a rule, so that it can never be whole; what fetch and store
 * throw; the reason of `signal`
 */
export async function downloadVersion (options: DownloadOptions): Promise<void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const bringing = new Bringing({ ...options, signal }, (error) => { stop.abort(error) })
  try {
    await bringing.run()
  } catch (error) {
    stop.abort(error)
    throw error
  } finally {
    await bringing.ended()
  }
}

class Bringing {
  private readonly tasks = new Set<Promise<void>>()

  constructor (private readonly options: DownloadOptions, private readonly fail: (error: unknown) => void) {}

  async run (): Promise<void> {
    const { root, signal } = this.options
    let batch: WalkedBlock[] = []
    for await (const block of blocksBelow(root, (cid) => this.manifest(cid))) {
      if (block.cid.code !== RAW) continue
      batch.push(block)
      if (batch.length < PINNED_AT_ONCE) continue
      await this.chunks(batch)
      batch = []
    }
    await this.chunks(batch)
    await this.ended()
    signal.throwIfAborted()
  }

  async ended (): Promise<void> {
    await Promise.all(this.tasks)
  }

  /** The bytes of a manifest, which is held and pinned (or staged) afterwards. */
  private async manifest (cid: CID): Promise<Uint8Array> {
    const { store, fetch, slots, upload, root, signal, onBlock } = this.options
    let bytes = await this.held(cid)
    if (bytes === undefined) {
      await slots.take(signal)
      try {
        bytes = await fetch(cid, { signal })
        const { links } = this.check(cid, bytes)
        // a version of one block is written with its end, and costs one commit
        await store.put(cid, bytes, { upload, verified: true, stage: cid.equals(root) && links.length === 0, signal })
      } finally {
        slots.give()
      }
    } else {
      this.check(cid, bytes)
    }
    onBlock?.(bytes.length)
    return bytes
  }

  private check (cid: CID, block: Uint8Array): { links: CID[] } {
    const manifest = readPublic(block)
    const { root, bytes } = this.options
    if (cid.equals(root) && block.length + manifest.bytes !== bytes) {
      throw new ProtocolError('INVALID_DATA', `the entry claims ${bytes} bytes, its root says ${block.length + manifest.bytes}`)
    }
    return manifest
  }

  private async held (cid: CID): Promise<Uint8Array | undefined> {
    const { store, upload, signal } = this.options
    if (store.stat(cid) === undefined) return undefined
    const [pinned] = await store.pin(upload, [cid])
    if (pinned !== true) return undefined
    try {
      return await store.read(cid, { signal })
    } catch (error) {
      if (error instanceof BlockCorruptError) return undefined // in quarantine now; a good one is fetched
      throw error
    }
  }

  /** Begins to fetch those that are not held; resolves when the last of them has its slot. */
  private async chunks (batch: WalkedBlock[]): Promise<void> {
    const { store, slots, upload, signal, onBlock } = this.options
    const held = batch.filter(({ cid }) => store.stat(cid) !== undefined)
    const pinned = held.length === 0 ? [] : await store.pin(upload, held.map(({ cid }) => cid))
    const here = new Set(held.filter((_, index) => pinned[index] === true))
    for (const block of batch) {
      if (here.has(block)) {
        onBlock?.(block.size)
        continue
      }
      await slots.take(signal)
      const task = this.chunk(block).catch(this.fail).finally(() => {
        this.tasks.delete(task)
        slots.give()
      })
      this.tasks.add(task)
    }
  }

  private async chunk ({ cid, size }: WalkedBlock): Promise<void> {
    const { store, fetch, upload, signal, onBlock } = this.options
    // its length is not told to who is asked: that another one came must be this node's finding, not a member's word
    const bytes = await fetch(cid, { signal })
    if (bytes.length !== size) throw new ProtocolError('INVALID_DATA', `a chunk of ${bytes.length} bytes where its manifest says ${size}`)
    await store.put(cid, bytes, { upload, verified: true, signal })
    onBlock?.(bytes.length)
  }
}
