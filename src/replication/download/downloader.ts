import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../../../protocols/block/cid.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { BlocksUnavailableError, InvalidDataError, NoSpaceError, StoreFailedError } from '../../errors.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { pinnedBytes } from '../../index/queries/pinned.js'
import type { Peers } from '../../network/peers.js'
import type { BlockStore } from '../../blockstore/interface.js'
import { NotWantedError, type DownloaderState, type WaitingFor } from './downloader-state.js'
import { downloadVersion } from './download-version.js'
import type { NetworkedBlockstore } from '../networked-blockstore.js'
import { FetchedFrom } from './fetched-from.js'
import { Grace } from './grace.js'
import type { InboundUploads } from '../serve/inbound-uploads.js'
import { rootKey, WantedPass, type WantOptions, type Wanted } from './queue.js'
import type { FetchHints } from './on-demand-dialer.js'
import { Throughput } from './throughput.js'
import { noLogger, whyFailed } from '../../log.js'
import { Semaphore } from '../../async/semaphore.js'
import type { Clock } from '../../async/clock.js'

/** Versions that are being brought at once. */
export const VERSIONS_AT_ONCE = 8
/** Blocks that are being fetched and stored at once, over all versions: with their length, what this costs in memory. */
export const BLOCKS_AT_ONCE = 8
/** The same while a put or get of this node's user runs. */
export const BLOCKS_BESIDE_FOREGROUND = 1
/** Waits from one pass over what could not be brought to the next: the first one, doubled up to the second while nothing comes. */
export const RETRY_MIN_MS = 500
export const RETRY_MAX_MS = 300_000
/** From this wait on members without a connection are dialled for what those with one did not have: mostly it is only on its way to them. */
const DIAL_FROM_MS = 8 * RETRY_MIN_MS
/** A pass in which so many versions, one after the other, found no room ends there. */
export const PASSED_OVER = 16

export interface DownloaderParts {
  /** @default none */
  logger?: ComponentLogger
  db: IndexDb
  store: BlockStore
  peers: Pick<Peers, 'sessions' | 'wants' | 'addEventListener' | 'removeEventListener'>
  blocks: Pick<NetworkedBlockstore, 'fetch'>
  /** This node: who its uploads are of. */
  peer: string
  /** The upload (16 bytes) of a root: the same after a restart, so that it goes on, and not for others to guess. */
  uploadOf: (root: Uint8Array) => Uint8Array
  uploads: InboundUploads
  timer: Clock
  /** PeerId of the member that wrote an entry (its id), if it is known. */
  writerOf?: (entry: Uint8Array) => string | undefined
  /** Whom to ask for a root's blocks. */
  needOf?: (root: Uint8Array) => FetchHints
  /** A version is whole here that was not. */
  onVersion?: (version: { entry: Uint8Array, root: CID, bytes: number }) => void
  /** A version was set aside, or failed otherwise than for want of room or of somebody who has it. */
  onTrouble?: (root: CID, error: unknown) => void
}

/**
 * Brings the versions that are wanted here, in the order of asking, what is urgent first, from whoever is connected.
 * Resumes after a restart: blocks that came are pinned. What cannot be brought is passed over and tried again when a
 * member connects, when `again` is called, and at intervals; what breaks a rule is set aside.
 */
export class Downloader {
  private readonly pass: WantedPass
  private readonly slots: Semaphore
  private readonly grace: Grace
  private readonly rate: Throughput
  private readonly active = new Map<string, { here: number }>()
  private readonly tasks = new Set<Promise<void>>()
  private readonly stopping = new AbortController()
  private running = false
  private foregrounds = 0
  private waiting: WaitingFor | undefined
  private noRoom = 0
  private retryMs = RETRY_MIN_MS
  /** A block came in this pass. */
  private brought = false
  private passAt = 0
  private restart = false
  private cancelRetry: (() => void) | undefined
  private readonly log: Logger

  constructor (private readonly parts: DownloaderParts) {
    this.log = (parts.logger ?? noLogger).forComponent('dfs:download')
    this.pass = new WantedPass(parts.db)
    this.slots = new Semaphore(() => this.foregrounds > 0 ? BLOCKS_BESIDE_FOREGROUND : BLOCKS_AT_ONCE)
    this.grace = new Grace(parts.uploads, parts.timer)
    this.rate = new Throughput(parts.timer)
  }

  /** Does nothing where no space is lent. */
  start (): void {
    const { store, peers, timer } = this.parts
    if (this.stopping.signal.aborted || this.running || store.usage().capacity === 0) return
    this.running = true
    this.passAt = timer.now()
    peers.addEventListener('session:open', this.onSession)
    this.pump()
  }

  /** A connection that is only for what somebody needs brings no news. */
  private readonly onSession = (event: CustomEvent<{ peer: string }>): void => {
    if (this.parts.peers.wants(event.detail.peer)) this.again()
    else this.pump()
  }

  /** An entry came; `root`: of the version that it names. */
  wake (root?: Uint8Array): void {
    if (root !== undefined) this.grace.note(root)
    this.pump()
  }

  /** What could not be brought may be there now: a member connected, a comparison with one ended, or room was made. */
  readonly again = (): void => {
    this.retryMs = RETRY_MIN_MS
    this.restart = true
    this.cancelRetry?.()
    this.cancelRetry = undefined
    this.pump()
  }

  /** A put or get of the user begins and goes first; call what is returned when it has ended. */
  foreground (): () => void {
    this.foregrounds++
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.foregrounds--
      this.slots.look()
    }
  }

  /**
   * Has the version below this root, with so many stored bytes, brought here. Resolves when all of it is here, or it was put
   * away or died meanwhile. What can be tried again is, for ever.
   *
   * @throws InvalidDataError or ProtocolError INVALID_DATA when it breaks a rule; NotWantedError after `unwant`
   */
  async want (root: Uint8Array, bytes: number, options: WantOptions = {}): Promise<void> {
    if (this.pass.isAside(rootKey(root))) throw new InvalidDataError('This version breaks a rule, as was found before')
    const wanted = this.pass.add(root, bytes, options)
    this.pump()
    return wanted
  }

  /** What has not begun is not brought any more. False: it is under way, or was not wanted. */
  unwant (root: Uint8Array): boolean {
    const key = rootKey(root)
    if (this.active.has(key)) return false
    const wanted = this.pass.remove(key)
    wanted?.reject(new NotWantedError())
    return wanted !== undefined
  }

  state (): DownloaderState {
    const { store, peers } = this.parts
    const { capacity, readOnly } = store.usage()
    if (capacity === 0) return { versions: 0, bytes: 0, active: 0, invalid: 0, waiting: 'capacity' }
    const { versions, bytes: all } = this.pass.totals
    const here = [...this.active.values()].reduce((sum, one) => sum + one.here, 0)
    const bytes = Math.max(0, all - here)
    const rate = this.active.size === 0 ? 0 : Math.round(this.rate.perSecond)
    const waiting = this.active.size > 0 || versions === 0 ? undefined : readOnly ? 'disk' : peers.sessions().length === 0 ? 'members' : this.waiting
    return { versions, bytes, active: this.active.size, invalid: this.pass.invalid, ...(rate === 0 ? {} : { rate }), ...(waiting === undefined ? {} : { waiting }) }
  }

  /** Of a version that is not whole here, why; undefined when it is not to be brought. */
  standingOf (root: CID): 'active' | 'invalid' | 'turn' | WaitingFor | undefined {
    const key = rootKey(root.bytes)
    if (this.pass.isAside(key)) return 'invalid'
    if (!this.pass.has(key)) return undefined
    if (this.active.has(key)) return 'active'
    return this.state().waiting ?? 'turn'
  }

  /** What came so far stays pinned. Resolves when nothing runs. */
  async stop (): Promise<void> {
    this.running = false
    this.parts.peers.removeEventListener('session:open', this.onSession)
    this.cancelRetry?.()
    this.stopping.abort(new Error('the node stops'))
    await Promise.all(this.tasks)
  }

  private pump (): void {
    if (!this.running || this.parts.peers.sessions().length === 0) return
    while (this.active.size < VERSIONS_AT_ONCE) {
      const wanted = this.pass.next((key) => this.active.has(key))
      if (wanted === undefined) break
      this.begin(wanted)
    }
    if (this.active.size === 0) this.passed()
  }

  private begin (wanted: Wanted): void {
    const progress = { here: 0 }
    this.active.set(wanted.key, progress)
    const task = this.bring(wanted, progress)
      .then(() => { this.ended(wanted) }, (error: unknown) => { this.failed(wanted, error) })
      .finally(() => {
        this.active.delete(wanted.key)
        this.tasks.delete(task)
        this.pump()
      })
    this.tasks.add(task)
  }

  private ended ({ key }: Wanted): void {
    this.noRoom = 0
    this.pass.remove(key)?.resolve()
  }

  private async bring (wanted: Wanted, progress: { here: number }): Promise<void> {
    const { db, store, blocks, peer, onVersion } = this.parts
    const { root: rootBytes, bytes, onPercent } = wanted
    const { signal } = this.stopping
    await this.grace.over(rootBytes, signal)
    signal.throwIfAborted()
    const root = parseCid(rootBytes)
    const entry = this.pass.entryOf(wanted)
    // pushed here, put away or dead in the meantime
    if (entry === undefined) return
    const upload = this.parts.uploadOf(rootBytes)
    const need: FetchHints = { writer: this.parts.writerOf?.(entry), dial: this.retryMs < DIAL_FROM_MS ? 'never' : 'sparingly', ...this.parts.needOf?.(rootBytes) }
    const from = new FetchedFrom()
    this.log('fetching version %c: %d bytes', root, bytes)
    await store.begin({ upload, writer: peer, expected: Math.max(1, bytes - pinnedBytes(db, upload)), signal })
    try {
      await downloadVersion({
        store, slots: this.slots, upload, root, bytes, signal,
        fetch: async (cid, options) => {
          const block = await blocks.fetch(cid, { ...options, need, onFetched: from.add })
          this.brought = true
          this.rate.add(block.length)
          return block
        },
        onBlock: (count) => {
          progress.here += count
          onPercent?.(Math.min(99, Math.floor(100 * progress.here / Math.max(1, bytes))))
        }
      })
      // the same
      if (this.pass.entryOf(wanted) === undefined) {
        await store.abandon(upload)
        return
      }
      await store.finish(upload, root)
    } catch (error) {
      await (isInvalid(error) ? store.abandon(upload) : store.suspend(upload))
      throw error
    }
    this.log('version %c is whole here, fetched from %s', root, from)
    onVersion?.({ entry, root, bytes })
  }

  private failed ({ key, root }: Wanted, error: unknown): void {
    if (this.stopping.signal.aborted) return
    this.log('version %c was not fetched%s: %s', parseCid(root), isInvalid(error) ? ' and is set aside' : ', and is tried again', whyFailed(error))
    if (isInvalid(error)) {
      this.pass.remove(key)?.reject(error)
      this.pass.putAside(key)
      this.parts.onTrouble?.(parseCid(root), error)
      return
    }
    this.pass.passOver()
    if (error instanceof NoSpaceError) {
      if (this.waiting !== 'disk') this.waiting = 'room'
      if (++this.noRoom >= PASSED_OVER) this.pass.end()
    } else if (error instanceof StoreFailedError) {
      this.waiting = 'disk'
      this.pass.end()
    } else {
      this.waiting ??= 'holders'
      if (!(error instanceof BlocksUnavailableError)) this.parts.onTrouble?.(parseCid(root), error)
    }
  }

  /** All rows were seen and nothing is being brought. */
  private passed (): void {
    const { timer } = this.parts
    if (this.cancelRetry !== undefined) return
    if (!this.restart && !this.pass.leftSome) return
    if (this.brought) this.retryMs = RETRY_MIN_MS
    const ms = this.restart ? Math.max(0, this.passAt + RETRY_MIN_MS - timer.now()) : this.retryMs
    this.retryMs = Math.min(2 * this.retryMs, RETRY_MAX_MS)
    this.cancelRetry = timer.after(ms, () => {
      this.cancelRetry = undefined
      this.restart = false
      this.brought = false
      this.noRoom = 0
      this.waiting = undefined
      this.passAt = timer.now()
      this.pass.begin()
      this.pump()
    })
  }
}

/** The version itself breaks a rule, whoever sent it: its blocks are those of its CIDs. */
function isInvalid (error: unknown): boolean {
  return error instanceof InvalidDataError || (error instanceof ProtocolError && error.code === 'INVALID_DATA')
}
