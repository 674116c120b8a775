import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { DAG_CBOR } from '../../../protocols/block/cid.js'
import { ProtocolError } from '../../../protocols/errors.js'
import type { Upload } from '../../../protocols/store/dialer.js'
import { abortable } from '../../async/abortable.js'
import { noLogger, shortPeer, whyFailed } from '../../log.js'
import type { ProtocolClients } from '../protocol-clients.js'
import type { PushPace, Pushing } from './push-pace.js'
import { checkReceipt } from './push-version.js'

export interface Receipt { peer: string, blocks: number, bytes: number }

interface Target {
  peer: string
  upload: Promise<Upload>
  pushing: Pushing
  /** Aborts once it is late and another can take its place. */
  late: AbortController
  blocks: number
  bytes: number
  failed?: unknown
}

export interface LivePushOptions {
  /** @default none */
  logger?: ComponentLogger
  signal?: AbortSignal | undefined
  /** Called with each block that was handed over. */
  onProgress?: (peer: string, bytes: number) => void
  pace: PushPace
  /** There is a member that can take the place of one of those that are fed. */
  another: () => boolean
}

export interface Pushed {
  receipts: Receipt[]
  /** Why the others have not given their word. */
  failures: Map<string, unknown>
  /** Members that have everything, and are late with their word. */
  running: Map<string, Promise<Receipt>>
}

/**
 * Feeds the blocks of a put to some members while they are being made. A member that refuses or vanishes, or is late
 * where another can take its place, is left out from then on; who replaces it is the caller's to say (it gets the whole
 * version afterwards).
 */
export class LivePush {
  private targets: Target[] | undefined
  private readonly log: Logger

  /** @param expected bytes of the source when known, 0 when not */
  constructor (private readonly links: ProtocolClients, readonly peers: string[], private readonly expected: number, private readonly init: LivePushOptions) {
    this.log = (init.logger ?? noLogger).forComponent('dfs:push')
  }

  /** Resolves when every member that still takes part has the bytes within its credit. Never throws for a member's sake. */
  async send (cid: CID, bytes: Uint8Array, options: { signal?: AbortSignal } = this.options()): Promise<void> {
    if (this.peers.length === 0) return
    // a version whose first block is a manifest is that one block, so its size is known now
    this.targets ??= this.open(cid.code === DAG_CBOR ? bytes.length : this.expected)
    await Promise.all(this.targets.map(async (target) => {
      if (target.failed !== undefined) return
      try {
        await abortable(target.pushing.step(this.hand(target, cid, bytes, options)), target.late.signal)
        target.blocks++
        target.bytes += bytes.length
        this.init.onProgress?.(target.peer, bytes.length)
      } catch (error) {
        target.failed = error
        this.log('pushing to %s ended: %s', shortPeer(target.peer), whyFailed(error))
        if (target.late.signal.aborted) drop(target)
      }
    }))
    options.signal?.throwIfAborted()
  }

  /** Sends the entry, whose id is `id`. Resolves when each member has answered, or is late where another can take its place. */
  async done (entry: Uint8Array, id: Uint8Array): Promise<Pushed> {
    const pushed: Pushed = { receipts: [], failures: new Map(), running: new Map() }
    await Promise.all((this.targets ?? []).map(async (target) => {
      const { peer, failed, late } = target
      if (failed !== undefined) {
        pushed.failures.set(peer, failed)
        return
      }
      const receipt = this.receipt(target, entry, id)
      try {
        pushed.receipts.push(await abortable(receipt, late.signal))
      } catch (error) {
        if (late.signal.aborted) pushed.running.set(peer, receipt)
        else pushed.failures.set(peer, error)
        this.log(late.signal.aborted ? '%s is late with its receipt' : 'no receipt from %s: %s', shortPeer(peer), whyFailed(error))
      }
    }))
    return pushed
  }

  /** Tells every member to drop what it got. */
  abort (): void {
    this.targets?.forEach(drop)
  }

  private open (expected: number): Target[] {
    return this.peers.map((peer) => {
      this.log('pushing blocks to %s while they are made', shortPeer(peer))
      const upload = this.links.store.to(peer, this.options()).then((client) => client.open({ expected, ...this.options() }))
      upload.catch(() => { /* send() and done() see it */ })
      const late = new AbortController()
      const pushing = this.init.pace.begin(peer, () => {
        if (this.init.another()) late.abort(new ProtocolError('TIMEOUT', 'It made no progress, and another member took its place'))
        this.log('%s is late%s', shortPeer(peer), late.signal.aborted ? ': another member takes its place' : '')
        return late.signal.aborted
      })
      return { peer, upload, pushing, late, blocks: 0, bytes: 0 }
    })
  }

  private async hand ({ upload }: Target, cid: CID, bytes: Uint8Array, options: { signal?: AbortSignal }): Promise<void> {
    await (await upload).send(cid, bytes, options)
  }

  private async receipt ({ peer, upload, pushing, blocks, bytes }: Target, entry: Uint8Array, id: Uint8Array): Promise<Receipt> {
    const opened = await pushing.step(upload)
    checkReceipt(await pushing.step(opened.done(entry, this.options())), id)
    pushing.ended()
    return { peer, blocks, bytes }
  }

  private options (): { signal?: AbortSignal } {
    const { signal } = this.init
    return signal === undefined ? {} : { signal }
  }
}

function drop ({ upload }: Target): void {
  upload.then((opened) => { opened.abort() }, () => { /* it never opened, so there is nothing to drop */ })
}
