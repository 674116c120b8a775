import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { ProtocolError } from '../../protocols/errors.js'
import { BlocksUnavailableError, InvalidDataError, NoSpaceError, StoreFailedError } from '../errors.js'
import type { IndexDb } from '../index-db/index-db.js'
import { isMissing, missingPlaces, missingTotals, notMissing } from '../index-db/missing.js'
import { pinnedBytes } from '../index-db/pinned.js'
import type { Peers } from '../network/peers.js'
import type { BlockStore } from '../store/interface.js'
import { bringVersion } from './bring-version.js'
import type { FetchPlan } from './fetch-plan.js'
import { Grace } from './grace.js'
import type { InboundUploads } from './inbound-uploads.js'
import { MissingPass, rootKey, type Row } from './missing-pass.js'
import type { Need } from './others.js'
import { Slots } from './slots.js'
import type { Timer } from './timer.js'

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

export interface CatchUpParts {
  db: IndexDb
  store: BlockStore
  peers: Pick<Peers, 'sessions' | 'wants' | 'addEventListener' | 'removeEventListener'>
  fetch: Pick<FetchPlan, 'fetch'>
  /** This node: who its uploads are of. */
  peer: string
  /** The upload (16 bytes) of a root: the same after a restart, so that it goes on, and not for others to guess. */
  uploadOf: (root: Uint8Array) => Uint8Array
  uploads: InboundUploads
  timer: Timer
  /** PeerId of the member that wrote an entry (its id), if it is known. */
  writerOf?: (entry: Uint8Array) => string | undefined
  /** A version is whole here that was not. */
  onVersion?: (version: { entry: Uint8Array, root: CID, bytes: number }) => void
  /** A version was set aside, or failed otherwise than for want of room or of somebody who has it. */
  onTrouble?: (root: CID, error: unknown) => void
}

/** capacity: nothing is lent · disk: it failed · room: none is left · members: none is connected · holders: none of them has it yet. */
export type WaitingFor = 'capacity' | 'disk' | 'room' | 'members' | 'holders'

export interface CatchUpState {
  /** Still to be brought, and their bytes that are not here; those that were set aside are not among them. */
  versions: number
  bytes: number
  /** Versions that are being brought now. */
  active: number
  /** Versions that break a rule: set aside until the next start. */
  invalid: number
  /** Why nothing is being brought although something is to come. */
  waiting?: WaitingFor
}

/**
 * Brings the versions whose entries are here and whose blocks are not, in the order in which the entries came, from
 * whoever is connected. Resumes after a restart: blocks that came are pinned. What cannot be brought is passed over and
 * tried again when a member connects, when `again` is called, and at intervals; what breaks a rule is set aside.
 */
export class CatchUp {
  private readonly pass: MissingPass
  private readonly slots: Slots
  private readonly grace: Grace
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

  constructor (private readonly parts: CatchUpParts) {
    this.pass = new MissingPass(parts.db)
    this.slots = new Slots(() => this.foregrounds > 0 ? BLOCKS_BESIDE_FOREGROUND : BLOCKS_AT_ONCE)
    this.grace = new Grace(parts.uploads, parts.timer)
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

  state (): CatchUpState {
    const { store, db, peers } = this.parts
    const { capacity, readOnly } = store.usage()
    if (capacity === 0) return { versions: 0, bytes: 0, active: 0, invalid: 0, waiting: 'capacity' }
    const all = missingTotals(db)
    const aside = this.pass.setAside
    const versions = Math.max(0, all.versions - aside.versions)
    const here = [...this.active.values()].reduce((sum, one) => sum + one.here, 0)
    const bytes = Math.max(0, all.bytes - aside.bytes - here)
    const waiting = this.active.size > 0 || versions === 0 ? undefined : readOnly ? 'disk' : peers.sessions().length === 0 ? 'members' : this.waiting
    return { versions, bytes, active: this.active.size, invalid: aside.versions, ...(waiting === undefined ? {} : { waiting }) }
  }

  /** Of a version that is not whole here, why; undefined when it is not to be brought. */
  standingOf (root: CID): 'active' | 'invalid' | 'turn' | WaitingFor | undefined {
    const places = missingPlaces(this.parts.db, root.bytes)
    if (places.length === 0) return undefined
    if (this.active.has(rootKey(root.bytes))) return 'active'
    if (places.every((n) => this.pass.isAside(n))) return 'invalid'
    return this.parts.store.usage().capacity === 0 ? 'capacity' : this.state().waiting ?? 'turn'
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
      const row = this.pass.next((root) => this.active.has(root))
      if (row === undefined) break
      this.begin(row)
    }
    if (this.active.size === 0) this.passed()
  }

  private begin (row: Row): void {
    const progress = { here: 0 }
    this.active.set(row.key, progress)
    const task = this.bring(row, progress)
      .catch((error: unknown) => { this.failed(row, error) })
      .finally(() => {
        this.active.delete(row.key)
        this.tasks.delete(task)
        this.pump()
      })
    this.tasks.add(task)
  }

  private async bring ({ entry, root: rootBytes, bytes }: Row, progress: { here: number }): Promise<void> {
    const { db, store, fetch, peer, onVersion } = this.parts
    const { signal } = this.stopping
    await this.grace.over(rootBytes, signal)
    signal.throwIfAborted()
    if (!isMissing(db, entry)) return
    const root = parseCid(rootBytes)
    const upload = this.parts.uploadOf(rootBytes)
    const need: Need = { writer: this.parts.writerOf?.(entry), dial: this.retryMs < DIAL_FROM_MS ? 'never' : 'sparingly' }
    await store.begin({ upload, writer: peer, expected: Math.max(1, bytes - pinnedBytes(db, upload)), signal })
    try {
      await bringVersion({
        store, slots: this.slots, upload, root, bytes, signal,
        fetch: async (cid, options) => {
          const block = await fetch.fetch(cid, { ...options, need })
          this.brought = true
          return block
        },
        onBlock: (count) => { progress.here += count }
      })
      // pushed, let go or void in the meantime
      if (!isMissing(db, entry)) {
        await store.abandon(upload)
        return
      }
      await store.finish(upload, root, [notMissing(rootBytes)])
    } catch (error) {
      await (isInvalid(error) ? store.abandon(upload) : store.suspend(upload))
      throw error
    }
    this.noRoom = 0
    onVersion?.({ entry, root, bytes })
  }

  private failed (row: Row, error: unknown): void {
    if (this.stopping.signal.aborted) return
    if (isInvalid(error)) {
      this.pass.putAside(row)
      this.parts.onTrouble?.(parseCid(row.root), error)
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
      if (!(error instanceof BlocksUnavailableError)) this.parts.onTrouble?.(parseCid(row.root), error)
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
