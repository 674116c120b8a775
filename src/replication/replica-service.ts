import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { PromiseAnswer } from '../../protocols/audit/constants.js'
import { OFFLINE_GRACE_MS } from '../defaults.js'
import { notMissing } from '../index/queries/missing.js'
import type { VersionPlacement } from './version-placement.js'
import type { GroupState } from '../../protocols/audit/groups.js'
import { parseCid } from '../../protocols/block/cid.js'
import { SLOTS } from '../../protocols/placement/constants.js'
import { brokenRoots, slotsIn } from '../index/queries/groups.js'
import type { IndexDb } from '../index/engine/index-db.js'
import type { CopiesStatus } from '../api/node.js'
import { bootClock, freshBootClock, type Clock } from '../async/clock.js'
import { shortPeer } from '../log.js'
import { NodeAuditPort } from './audit-port.js'
import type { Downloader } from './download/downloader.js'
import { promiseTo, stateOf } from './placement/replica-answers.js'
import { AuditLoop } from './placement/audit-loop.js'
import { NOT_ASKED_MS } from './placement/desired-state.js'
import { Census } from './placement/census.js'
import { ReplicaReleaser } from './placement/replica-releaser.js'
import type { PlacementView, Changed } from './placement/placement-view.js'
import { Reconcile } from './placement/reconcile.js'
import type { SqliteReplicaState, PlacedGroup } from './placement/sqlite-replica-state.js'
import type { PlacedVersion, Tell } from './placement/types.js'
import { DailyScan } from './placement/daily-scan.js'
import type { ProtocolClients } from './protocol-clients.js'
import type { BlockStore, Removed } from '../blockstore/interface.js'

/** A spare copy is kept this long while there is room. */
export const LET_GO_AFTER_MS = 7 * 86400e3
/** Versions that are handed to the one that brings them, at once. */
const WANTED_AT_ONCE = 256
/** It is looked who is there so often in offlineGrace, within these bounds. */
const LOOKS_IN_GRACE = 12
const LOOK_MIN_MS = 250
const LOOK_MAX_MS = 10_000
/** A member that is there and did not answer is asked again after this, or offlineGrace where that is shorter. */
const ASK_AGAIN_MS = 60_000
/** Fuller than this share of what it lends a node gives spare copies up before their time. */
const PRESSED_SHARE = 0.95
/** Slots that one look at the index takes at the start. */
const SLOTS_A_PAGE = SLOTS / 64

export interface ReplicaServiceComponents {
  logger: ComponentLogger
  db: IndexDb
  store: BlockStore
  placement: VersionPlacement
  downloader: Pick<Downloader, 'want'>
  clients: ProtocolClients
}

export interface ReplicaServiceInit {
  /** Milliseconds. @default OFFLINE_GRACE_MS */
  offlineGraceMs?: number | undefined
  /** Milliseconds. @default LET_GO_AFTER_MS */
  letGoAfterMs?: number | undefined
  /** Milliseconds for which versions have too few copies before `onCopies` says so. @default NOT_ASKED_MS */
  tellCopiesMs?: number | undefined
  onReleased: (group: PlacedGroup) => void
  onFound: (group: PlacedGroup, peer: string, verdict: 'missing' | 'wrong' | undefined) => void
  /** Some have too few copies for a while; or (true) none any more. */
  onCopies: (copies: CopiesStatus, ok: boolean) => void
  onError: (error: unknown) => void
}

/** What of a committed entry matters for copies. */
export interface ReplicaChange {
  kind: string
  entry?: { kind: string, root?: CID }
  gone?: unknown
  come?: unknown
}

/** Brings the copies that this node should have, and lets go of those that it need not (docs/architecture.md, "How a copy is repaired"). */
export class ReplicaService {
  /** Roots (CID as text) whose copy the user is putting away here: no receipt and no promise is given for them. */
  readonly leaving = new Set<string>()
  readonly members: PlacementView
  readonly replicaState: SqliteReplicaState
  readonly reconcile: Reconcile
  readonly port: NodeAuditPort
  readonly releaser: ReplicaReleaser
  readonly audit: AuditLoop
  readonly census: Census
  private readonly dailyScan: DailyScan
  readonly graceMs: number
  private readonly cancels = new Set<() => void>()
  private cancelUpdate: (() => void) | undefined
  private running = false
  private stopped = false
  private readonly log: Logger

  constructor (private readonly components: ReplicaServiceComponents, init: ReplicaServiceInit) {
    const { db, store, clients, placement } = components
    const { onError } = init
    this.log = components.logger.forComponent('dfs:placement')
    const tell: Tell = (group, format, ...args) => { if (this.log.enabled) this.log(`version %c ${format}`, rootOf(group), ...args) }
    this.graceMs = init.offlineGraceMs ?? OFFLINE_GRACE_MS
    this.members = placement.members
    this.replicaState = placement.state
    this.port = new NodeAuditPort({ links: clients, store, rootOf, timer: bootClock })
    const clock = this.clockOf(bootClock)
    const shared = { view: this.members, book: this.replicaState, port: this.port, random: Math.random, tell }
    const look = (group: PlacedVersion): void => { this.reconcile.mark(group.slot, 'member', 1) }
    this.reconcile = new Reconcile({
      ...shared, clock,
      offlineGraceMs: this.graceMs,
      fetchesAtOnce: WANTED_AT_ONCE,
      fetch: (group, onPercent) => this.fetch(group as PlacedGroup, onPercent)
    })
    this.releaser = new ReplicaReleaser({
      ...shared,
      clock: this.clockOf(freshBootClock),
      letGoAfterMs: init.letGoAfterMs ?? LET_GO_AFTER_MS,
      pressed: () => this.pressed(),
      doubt: look,
      released: (group) => { init.onReleased(group as PlacedGroup) }
    })
    this.audit = new AuditLoop({
      ...shared, clock,
      found: (group, peer, verdict) => {
        if (verdict === undefined) tell(group, 'was proved whole by %s, which is trusted again', shortPeer(peer))
        else tell(group, 'is %s at %s, which said that it holds it', verdict, shortPeer(peer))
        init.onFound(group as PlacedGroup, peer, verdict)
        look(group)
      }
    })
    this.census = new Census({
      view: this.members,
      book: this.replicaState,
      port: this.port,
      clock,
      takes: (group) => this.members.lends(this.members.self) && this.state(rootOf(group)).state !== 'cannot',
      groups: () => this.groups(),
      current: (group) => this.replicaState.groupOf((group as PlacedGroup).root),
      periodMs: this.graceMs,
      againMs: Math.min(ASK_AGAIN_MS, this.graceMs),
      tellMs: init.tellCopiesMs ?? NOT_ASKED_MS,
      changed: (ok) => { init.onCopies(this.census.copies, ok) },
      onError
    })
    this.dailyScan = new DailyScan(clock, Math.random, (from, to) => slotsIn(db, from, to - 1), (slot) => { this.reconcile.mark(slot, 'walk') })
  }

  /** Once the index is open and records are kept. */
  start (): void {
    if (this.running || this.stopped) return
    this.running = true
    this.update()
    this.members.look()
    this.releaser.start()
    this.audit.start()
    this.dailyScan.start()
    this.census.start()
    this.look()
    this.askAgain()
    this.markAll('entry')
  }

  stop (): void {
    this.stopped = true
    this.running = false
    const reason = new Error('the node stops')
    this.reconcile.stop()
    this.releaser.stop()
    this.audit.stop()
    this.dailyScan.stop()
    this.census.stop()
    this.port.stop(reason)
    for (const cancel of this.cancels) cancel()
  }

  /** An entry was committed here. */
  changed (change: ReplicaChange): void {
    if (change.kind === 'file' && change.entry?.root !== undefined) this.came(change.entry.root.bytes)
    if (change.entry?.kind === 'setting') this.markAll('entry')
    if (change.kind === 'member' || change.gone !== undefined || change.come !== undefined) this.membersChanged()
  }

  /** A record came, or a member came or went: looked at once, whatever came with it. */
  membersChanged (): void {
    this.cancelUpdate ??= this.after(0, () => {
      this.cancelUpdate = undefined
      this.update()
    })
  }

  /** A block of this root that was damaged is good again. */
  touched (root: CID): void {
    const group = this.replicaState.groupOf(root.bytes)
    // while others of them are still to come there is nothing new to decide
    if (group !== undefined && this.running && this.replicaState.own(group).have === 'held') this.reconcile.mark(group.slot, 'entry', 1)
  }

  /** What this node answers about a version. */
  state (root: CID): GroupState {
    const group = this.replicaState.groupOf(root.bytes)
    return stateOf(group, { view: this.members, book: this.replicaState, room: (bytes) => this.room(bytes) })
  }

  async promise (root: CID, peer: string): Promise<PromiseAnswer> {
    const answer = this.leaving.has(root.toString()) ? 'LEAVING' : await promiseTo(peer, this.replicaState.groupOf(root.bytes), { book: this.replicaState })
    this.log('version %c: %s asked for a promise to keep it: %s', root, shortPeer(peer), answer)
    return answer
  }

  /** A promise for it holds, or may hold: it stays. */
  isPromised (root: CID): boolean {
    const group = this.replicaState.groupOf(root.bytes)
    return group !== undefined && this.replicaState.bound(group)
  }

  /** It is about to be let go: no word is given for it. */
  isLeaving (root: CID): boolean {
    const group = this.replicaState.groupOf(root.bytes)
    return group !== undefined && this.replicaState.own(group).have === 'leaving'
  }

  /** Its user put it away here. */
  isAway (root: CID): boolean {
    const group = this.replicaState.groupOf(root.bytes)
    return group !== undefined && this.replicaState.own(group).away
  }

  /** This node's copy is being let go, by its user or by its own decision: no word is given for it. */
  letsGo (root: CID): boolean {
    return this.leaving.has(root.toString()) || this.isLeaving(root)
  }

  /** Lets this node's copy go, not to be brought here again. */
  async putAway (root: CID): Promise<Removed> {
    return this.components.store.release(root, [notMissing(root.bytes)])
  }

  /** Takes in who belongs to the vault now, where nothing of this runs. */
  prepare (): void {
    if (!this.running && !this.stopped) this.update()
  }

  /** When all copies were counted last, milliseconds since 1970. */
  get countedAt (): number | undefined {
    const { at } = this.census
    return at === undefined ? undefined : Date.now() - Math.max(0, bootClock.now() - at)
  }

  /** Finished versions that lack blocks, up to `most`. */
  broken (most: number): number {
    return brokenRoots(this.components.db, new Uint8Array(0), most).length
  }

  /** Those with groups of live versions; in pages, so that writes go on meanwhile. */
  private * slots (): Generator<number> {
    for (let from = 0; from < SLOTS; from += SLOTS_A_PAGE) yield * slotsIn(this.components.db, from, from + SLOTS_A_PAGE - 1)
  }

  private * groups (): Generator<PlacedGroup> {
    for (const slot of this.slots()) yield * this.replicaState.inSlot(slot)
  }

  private async fetch (group: PlacedGroup, onPercent: (percent: number) => void): Promise<void> {
    await this.components.downloader.want(group.root, group.bytes, { onPercent })
  }

  private came (root: Uint8Array): void {
    const group = this.replicaState.groupOf(root)
    if (group === undefined || !this.running) return
    this.replicaState.learn(group)
    this.census.learn(group)
    this.reconcile.mark(group.slot, 'entry', 1)
  }

  private update (): void {
    this.mark(this.components.placement.update())
    this.mark(this.members.look())
  }

  private look (): void {
    this.mark(this.members.look())
    this.after(Math.max(LOOK_MIN_MS, Math.min(LOOK_MAX_MS, this.graceMs / LOOKS_IN_GRACE)), () => { this.look() })
  }

  /** Who is there and did not answer, because it had just come perhaps, is asked again: until then it counts for what it said before. */
  private askAgain (): void {
    const peers = [...this.replicaState.silent].filter((peer) => this.members.present(peer) && this.members.lends(peer))
    this.replicaState.silent.clear()
    for (const peer of peers) this.replicaState.outdate(peer)
    this.mark(this.members.slotsOf(peers))
    this.after(Math.min(ASK_AGAIN_MS, this.graceMs), () => { this.askAgain() })
  }

  private mark (changed: Changed): void {
    if (!this.running) return
    if (changed === 'all' || changed.length > 0) this.census.turned()
    if (changed === 'all') this.markAll('member')
    else for (const slot of changed) this.reconcile.mark(slot, 'member')
  }

  private markAll (reason: 'entry' | 'member'): void {
    if (!this.running) return
    for (const slot of this.slots()) this.reconcile.mark(slot, reason)
  }

  private room (bytes: number): boolean {
    const { used, trash, reserved, capacity, free, reserve, readOnly } = this.components.store.usage()
    return !readOnly && Math.min(capacity - used + trash.bytes, free - reserve + trash.bytes) - reserved >= bytes
  }

  private pressed (): boolean {
    const { used, trash, reserved, capacity } = this.components.store.usage()
    return used - trash.bytes + reserved > PRESSED_SHARE * capacity
  }

  private after (ms: number, fn: () => void): () => void {
    return this.clockOf(bootClock).after(ms, fn)
  }

  /** Nothing of it runs after the stop. */
  private clockOf (clock: Clock): Clock {
    return {
      now: clock.now,
      after: (ms, fn) => {
        const cancel = clock.after(ms, () => {
          this.cancels.delete(cancel)
          if (!this.stopped) fn()
        })
        this.cancels.add(cancel)
        return () => {
          this.cancels.delete(cancel)
          cancel()
        }
      }
    }
  }
}

const rootOf = (group: PlacedVersion): CID => parseCid((group as PlacedGroup).root)
