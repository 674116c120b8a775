import type { CID } from 'multiformats/cid'
import { DAG_CBOR } from '../../protocols/block/cid.js'
import type { Upload } from '../../protocols/store/dialer.js'
import type { Links } from './links.js'
import { checkReceipt } from './push-version.js'

export interface Receipt { peer: string, blocks: number, bytes: number }

interface Target {
  peer: string
  upload: Promise<Upload>
  blocks: number
  bytes: number
  failed?: unknown
}

/**
 * Feeds the blocks of a put to some members while they are being made. A member that refuses, stalls or vanishes is
 * left out from then on; who replaces it is the caller's to say (it gets the whole version afterwards).
 */
export class LivePush {
  private targets: Target[] | undefined

  /**
   * @param expected bytes of the source when known, 0 when not
   * @param onProgress called with each block that was handed over
   */
  constructor (
    private readonly links: Links,
    readonly peers: string[],
    private readonly expected: number,
    private readonly signal?: AbortSignal,
    private readonly onProgress?: (peer: string, bytes: number) => void
  ) {}

  /** Resolves when every member that still takes part has the bytes within its credit. Never throws for a member's sake. */
  async send (cid: CID, bytes: Uint8Array, options: { signal?: AbortSignal } = this.options()): Promise<void> {
    if (this.peers.length === 0) return
    // a version whose first block is a manifest is that one block, so its size is known now
    this.targets ??= this.open(cid.code === DAG_CBOR ? bytes.length : this.expected)
    await Promise.all(this.targets.map(async (target) => {
      if (target.failed !== undefined) return
      try {
        const upload = await target.upload
        await upload.send(cid, bytes, options)
        target.blocks++
        target.bytes += bytes.length
        this.onProgress?.(target.peer, bytes.length)
      } catch (error) {
        target.failed = error
      }
    }))
    options.signal?.throwIfAborted()
  }

  /** Sends the entry, whose id is `id`; one receipt for each member that has everything on disk, and why the others have not. */
  async done (entry: Uint8Array, id: Uint8Array): Promise<{ receipts: Receipt[], failures: Map<string, unknown> }> {
    const receipts: Receipt[] = []
    const failures = new Map<string, unknown>()
    await Promise.all((this.targets ?? []).map(async (target) => {
      try {
        if (target.failed !== undefined) {
          failures.set(target.peer, target.failed)
          return
        }
        checkReceipt(await (await target.upload).done(entry, this.options()), id)
        receipts.push({ peer: target.peer, blocks: target.blocks, bytes: target.bytes })
      } catch (error) {
        failures.set(target.peer, error)
      }
    }))
    return { receipts, failures }
  }

  /** Tells every member to drop what it got. */
  abort (): void {
    for (const { upload } of this.targets ?? []) upload.then((opened) => { opened.abort() }, () => { /* it never opened, so there is nothing to drop */ })
  }

  private open (expected: number): Target[] {
    return this.peers.map((peer) => {
      const upload = this.links.store.to(peer, this.options()).then((client) => client.open({ expected, ...this.options() }))
      upload.catch(() => { /* send() and done() see it */ })
      return { peer, upload, blocks: 0, bytes: 0 }
    })
  }

  private options (): { signal?: AbortSignal } {
    return this.signal === undefined ? {} : { signal: this.signal }
  }
}
