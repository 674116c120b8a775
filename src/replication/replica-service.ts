import type { CID } from 'multiformats/cid'
import { PROMISE_MS, type PromiseAnswer } from '../../protocols/audit/constants.js'
import type { GroupState } from '../../protocols/audit/groups.js'
import { parseCid } from '../../protocols/block/cid.js'
import { SLOTS } from '../../protocols/placement/constants.js'
import { operatorOf } from '../../protocols/placement/operator.js'
import { slotOf } from '../../protocols/placement/slot.js'
import { brokenRoots, slotsIn } from '../index/queries/groups.js'
import type { IndexDb } from '../index/engine/index-db.js'
import { ownMs } from '../index/queries/own-time.js'
import type { CopiesStatus } from '../api/node.js'
import type { RecordService } from '../vault/members/record-service.js'
import { bootClock, freshBootClock, type Clock } from '../async/clock.js'
import { NodeAuditPort } from './audit-port.js'
import type { Downloader } from './download/downloader.js'
import { promiseTo, stateOf } from './placement/replica-answers.js'
import { AuditLoop } from './placement/audit-loop.js'
import { Census } from './placement/census.js'
import { copiesWanted } from './placement/desired-state.js'
import { ReplicaReleaser } from './placement/replica-releaser.js'
import { MARK_FURTHER, PlacementView, type Changed } from './placement/placement-view.js'
import { Reconcile } from './placement/reconcile.js'
import { SqliteReplicaState, type PlacedGroup } from './placement/sqlite-replica-state.js'
import type { PlacedVersion } from './placement/types.js'
import { DailyScan } from './placement/daily-scan.js'
import type { ProtocolClients } from './protocol-clients.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { Change } from '../vault/entries/entry-log.js'
import { OFFLINE_GRACE_MS } from '../vault/members/member-records.js'
import type { Vault } from '../vault/vault.js'

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

export interface ReplicaServiceInit {
  /** This node's PeerId. */
  self: string
  db: IndexDb
  store: BlockStore
  vault: Vault
  memberRecords: RecordService
  downloader: Downloader
  clients: ProtocolClients
  /** Milliseconds. @default OFFLINE_GRACE_MS */
  offlineGraceMs?: number | undefined
  /** Milliseconds. @default LET_GO_AFTER_MS */
  letGoAfterMs?: number | undefined
  /** The index was made anew: what this node promised before is not known. */
  anew: boolean
  /** Roots (CID as text) whose copy is being put away by the user. */
  leaving: ReadonlySet<string>
  onReleased: (group: PlacedGroup) => void
  onFound: (group: PlacedGroup, peer: string, verdict: 'missing' | 'wrong' | undefined) => void
  /** Some have too few copies for a while; or (true) none any more. */
  onCopies: (copies: CopiesStatus, ok: boolean) => void
  onError: (error: unknown) => void
}

/** Brings the copies that this node should have, and lets go of those that it need not (design, replication). */
export class ReplicaService {
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

  constructor (private readonly init: ReplicaServiceInit) {
    const { db, store, memberRecords, clients, self, onError } = init
    this.graceMs = init.offlineGraceMs ?? OFFLINE_GRACE_MS
    this.members = new PlacementView({
      self,
      present: (peer) => memberRecords.presence.present(peer),
      island: () => memberRecords.presence.island !== undefined,
      returned: (peer) => { this.replicaState.outdate(peer) },
      depth: () => Math.max(3, this.wanted())
    })
    this.replicaState = new SqliteReplicaState({
      db, store, onError,
      now: freshBootClock.now,
      ownMs: () => ownMs(db),
      wanted: () => this.wanted(),
      youngMs: init.anew ? PROMISE_MS : 0
    })
    this.port = new NodeAuditPort({ links: clients, store, rootOf, timer: bootClock })
    const clock = this.clockOf(bootClock)
    const shared = { view: this.members, book: this.replicaState, port: this.port, random: Math.random }
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
        init.onFound(group as PlacedGroup, peer, verdict)
        look(group)
      }
    })
    this.census = new Census({
      view: this.members,
      book: this.replicaState,
      port: this.port,
      clock,
      groups: () => this.groups(),
      current: (group) => this.replicaState.groupOf((group as PlacedGroup).root),
      periodMs: this.graceMs,
      againMs: Math.min(ASK_AGAIN_MS, this.graceMs),
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
  changed (change: Change): void {
    if (change.kind === 'file') this.came(change.entry.root.bytes)
    if ('entry' in change && change.entry.kind === 'setting') this.markAll('entry')
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
    return this.init.leaving.has(root.toString()) ? 'LEAVING' : promiseTo(peer, this.replicaState.groupOf(root.bytes), { book: this.replicaState })
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

  /** One of those that should hold it, by its order alone. */
  isMine (root: CID): boolean {
    const group = this.replicaState.groupOf(root.bytes)
    return group !== undefined && this.shouldHold(group).includes(this.init.self)
  }

  /** The first of the order, as many as are wanted. */
  shouldHold (group: PlacedGroup): readonly string[] {
    const wanted = copiesWanted(group, this.members)
    return this.members.order(group.slot, wanted).slice(0, wanted)
  }

  /** Members in the order in which they should hold what has this seed; those that hold nothing after them. */
  byOrder (seed: Uint8Array, peers: readonly string[]): string[] {
    const place = new Map(this.members.order(slotOf(seed, 0)).map((peer, at) => [peer, at]))
    return [...peers].sort((a, b) => (place.get(a) ?? Infinity) - (place.get(b) ?? Infinity) || 0)
  }

  /** Whom to ask for a version's blocks first. */
  needOf (root: Uint8Array): { holders: string[] } {
    const group = this.replicaState.groupOf(root)
    return { holders: group === undefined ? [] : this.holdersOf(group.slot, group.copies).filter((peer) => peer !== this.init.self) }
  }

  /** Members in the order in which they should hold what lies in this slot. */
  holdersOf (slot: number, copies = this.wanted()): readonly string[] {
    const most = copies === 0 ? this.members.size : copies + MARK_FURTHER
    return this.members.order(slot, most).slice(0, most)
  }

  /** Takes in who belongs to the vault now, where nothing of this runs. */
  prepare (): void {
    if (!this.running && !this.stopped) this.update()
  }

  /** What members said of it before, and when, by this machine's clock. */
  heardOf (group: PlacedGroup): Map<string, { state: GroupState['state'], asked: Date }> {
    const now = freshBootClock.now()
    return new Map([...this.replicaState.said(group)].map(([peer, { state, asked }]) => [peer, { state, asked: new Date(Date.now() - Math.max(0, now - asked)) }]))
  }

  /** When all copies were counted last, milliseconds since 1970. */
  get countedAt (): number | undefined {
    const { at } = this.census
    return at === undefined ? undefined : Date.now() - Math.max(0, bootClock.now() - at)
  }

  /** Finished versions that lack blocks, up to `most`. */
  broken (most: number): number {
    return brokenRoots(this.init.db, new Uint8Array(0), most).length
  }

  /** Members that failed to prove what they said they hold, and how many versions. */
  failed (): Map<string, number> {
    const all = new Map<string, number>()
    for (const { peer } of this.replicaState.distrusts()) all.set(peer, (all.get(peer) ?? 0) + 1)
    return all
  }

  /** Those with groups of live versions; in pages, so that writes go on meanwhile. */
  private * slots (): Generator<number> {
    for (let from = 0; from < SLOTS; from += SLOTS_A_PAGE) yield * slotsIn(this.init.db, from, from + SLOTS_A_PAGE - 1)
  }

  private * groups (): Generator<PlacedGroup> {
    for (const slot of this.slots()) yield * this.replicaState.inSlot(slot)
  }

  private wanted (): number {
    const { copies } = this.init.vault.settings.now
    return copies === 'all' ? 0 : copies
  }

  private async fetch (group: PlacedGroup, onPercent: (percent: number) => void): Promise<void> {
    await this.init.downloader.want(group.root, group.bytes, { onPercent })
  }

  private came (root: Uint8Array): void {
    const group = this.replicaState.groupOf(root)
    if (group === undefined || !this.running) return
    this.replicaState.learn(group)
    this.census.learn(group)
    this.reconcile.mark(group.slot, 'entry', 1)
  }

  private update (): void {
    const { vault, memberRecords: { records }, store, self } = this.init
    const changed = this.members.update(vault.members().map((member) => {
      const { peer, bytes, maxCapacity } = member
      const record = records.get(peer)
      return {
        name: peer,
        peer: bytes,
        operator: operatorOf(member),
        // what this node lends it knows before its first record
        maxCapacity,
        capacity: record?.capacity ?? (peer === self ? store.usage().capacity : undefined),
        accepting: record?.accepting ?? true
      }
    }))
    this.mark(changed)
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
    const { used, trash, reserved, capacity, free, reserve, readOnly } = this.init.store.usage()
    return !readOnly && Math.min(capacity - used + trash.bytes, free - reserve + trash.bytes) - reserved >= bytes
  }

  private pressed (): boolean {
    const { used, trash, reserved, capacity } = this.init.store.usage()
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
