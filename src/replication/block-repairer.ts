import { randomBytes } from 'node:crypto'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { UPLOAD_ID_BYTES } from '../../protocols/store/constants.js'
import { BlocksUnavailableError } from '../errors.js'
import type { FetchOptions } from './download/block-fetcher.js'
import type { Clock } from '../async/clock.js'
import { whyFailed } from '../log.js'
import type { BlockStore } from '../blockstore/interface.js'

/** Blocks that are fetched at once. */
const MENDED_AT_ONCE = 2
/** A look that found nobody with so many blocks, one after the other, ends there. */
const GIVEN_UP_AFTER = 64
/** Waits from one look to the next while something is damaged: the first one, doubled up to the second. */
export const AGAIN_MIN_MS = 30_000
export const AGAIN_MAX_MS = 3600e3

export interface BlockRepairerInit {
  logger: ComponentLogger
  store: BlockStore
  /** This node: whose uploads carry what is put back. */
  peer: string
  fetch: (cid: CID, options: FetchOptions) => Promise<Uint8Array>
  /** Whom to ask for what lies below this root. */
  needOf: (root: CID) => FetchOptions['need']
  timer: Clock
  /** A block below this root is here again. */
  touched: (root: CID) => void
  onMended: (cid: CID) => void
  onError: (error: unknown) => void
}

/** Fetches what finished versions lack, because it was found damaged or gone, from other members, and puts it back in its place. */
export class BlockRepairer {
  private readonly stopping = new AbortController()
  private running: Promise<void> | undefined
  private cancel: (() => void) | undefined
  private again = false
  private waitMs = AGAIN_MIN_MS
  private started = false

  private readonly log: Logger

  constructor (private readonly init: BlockRepairerInit) {
    this.log = init.logger.forComponent('dfs:blockstore')
  }

  /** What earlier processes found damaged is looked at too. */
  start (): void {
    if (this.stopping.signal.aborted || this.started) return
    this.started = true
    this.look()
  }

  /** Somebody came who may have what nobody had. */
  readonly met = (): void => {
    // nothing is waited for where nothing is damaged
    if (this.cancel !== undefined) this.look()
  }

  async stop (): Promise<void> {
    this.cancel?.()
    this.stopping.abort(new Error('the node stops'))
    await this.running
  }

  /** A block was found damaged, or it is time to try again. */
  look (): void {
    const { signal } = this.stopping
    if (signal.aborted || !this.started) return
    this.cancel?.()
    this.cancel = undefined
    this.again = this.running !== undefined
    this.running ??= this.run()
      .then((left) => { this.ended(left) }, (error: unknown) => {
        if (!signal.aborted) this.init.onError(error)
        this.ended(true)
      })
  }

  private ended (left: boolean): void {
    this.running = undefined
    if (this.again) return this.look()
    if (!left) {
      this.waitMs = AGAIN_MIN_MS
    } else if (!this.stopping.signal.aborted) {
      this.cancel = this.init.timer.after(this.waitMs, () => { this.look() })
      this.waitMs = Math.min(2 * this.waitMs, AGAIN_MAX_MS)
    }
  }

  /** Whether something is still damaged. */
  private async run (): Promise<boolean> {
    const { store, needOf } = this.init
    const { signal } = this.stopping
    const lacking = store.lacking()
    let left = false
    let failures = 0
    await Promise.all(Array.from({ length: MENDED_AT_ONCE }, async () => {
      for (const { cid } of lacking) {
        if (failures >= GIVEN_UP_AFTER) return
        const [root] = store.rootsOf(cid)
        if (root === undefined) continue // nothing needs it any more
        if (await this.mend(cid, { signal, need: { dial: 'sparingly', ...needOf(root) } })) failures = 0
        else [left, failures] = [true, failures + 1]
      }
    }))
    return left
  }

  /** Fetches one block and puts it back. False: nobody who was reached has it, or it could not be put back. */
  async mend (cid: CID, options: FetchOptions): Promise<boolean> {
    try {
      return await this.put(cid, await this.init.fetch(cid, options))
    } catch (error) {
      this.log('block %c is still damaged: %s', cid, whyFailed(error))
      if (error instanceof BlocksUnavailableError) return false
      throw error
    }
  }

  /**
   * Puts a good block in the place of one that went bad. The refs of its versions keep it; the upload is only what lets it
   * in. Never fails: whoever fetched it has the good bytes, and a block that could not be put back stays one that is missing
   * here. False: it is not here.
   */
  async put (cid: CID, bytes: Uint8Array): Promise<boolean> {
    const { store, peer, touched, onMended } = this.init
    const roots = store.rootsOf(cid)
    if (roots.length === 0) return false
    const upload = new Uint8Array(randomBytes(UPLOAD_ID_BYTES))
    const before = store.stat(cid) === undefined
    try {
      await store.begin({ upload, writer: peer, expected: bytes.length, local: true })
      await store.put(cid, bytes, { upload, verified: true })
    } catch (error) {
      this.log('block %c was not put back: %s', cid, whyFailed(error))
      // no room, or the disk's own failure, which shows in the status
    }
    await store.abandon(upload).catch(() => {}) // its pins end with this process
    if (store.stat(cid) === undefined) return false
    // somebody else may have been sooner
    if (before) {
      onMended(cid)
      for (const root of roots) touched(root)
    }
    return true
  }
}
