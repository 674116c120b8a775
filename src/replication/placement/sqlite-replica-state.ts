/** The book of a node: held and away are what the index says, promises and distrust are rows, the rest is in memory. */
import { MAX_PROMISES, PROMISE_MS, type PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'
import { parseCid } from '../../../protocols/block/cid.js'
import { groupOfNumber, groupOfRoot, groupsInSlot, heldGroups, isAway, isHeldRoot, missingAgain, sampleHeld, type GroupRow } from '../../index/queries/groups.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { addDistrust, addPromise, addSpare, allDistrusts, allPromises, allSpares, dropDistrust, dropPromise, dropSpare } from '../../index/queries/replicas.js'
import { KeyedLock } from '../../async/keyed-lock.js'
import type { BlockStore } from '../../blockstore/interface.js'
import { NOT_ASKED_MS } from './desired-state.js'
import type { ReplicaState, Heard, Own, Reason } from './replica-state.js'
import { SlotQueue } from './slot-queue.js'
import type { PlacedVersion } from './types.js'

/** A group as the index names it: a version is held whole, so its root names it. */
export interface PlacedGroup extends PlacedVersion { readonly root: Uint8Array }

/** Groups of which answers are remembered; of more those that were heard of longest ago go, and are asked about again. */
const HEARD_GROUPS = 100_000

export interface SqliteReplicaStateInit {
  db: IndexDb
  store: Pick<BlockStore, 'release'>
  /** Milliseconds as of Clock (types.ts). */
  now: () => number
  /** This node's own time: what outlives a restart. */
  ownMs: () => number
  /** Wanted copies where a version leaves it to the vault; 0: everybody. */
  wanted: () => number
  /** Before so long after the start nothing is let go: the book was made anew, and what it promised is not known. @default 0 */
  youngMs?: number
  /** A note that nobody waits for was not written. */
  onError: (error: unknown) => void
}

interface HeardComing extends Heard { readonly percent: number }

export class SqliteReplicaState implements ReplicaState {
  private readonly coming_ = new Map<number, number>()
  private readonly leaving = new Set<number>()
  /** When entries came, of those that came within NOT_ASKED_MS. */
  private readonly known = new Map<number, number>()
  private readonly answers = new Map<number, Map<string, Heard>>()
  /** Answers of a member from before this are old, whenever it was asked. */
  private readonly oldUntil = new Map<string, number>()
  /** Members that were asked and did not answer, since this was last looked at. */
  readonly silent = new Set<string>()
  private readonly doubts = new Map<number, Map<string, 'missing' | 'wrong'>>()
  /** Until when, by group and peer. */
  private readonly promises = new Map<number, Map<string, number>>()
  private readonly perPeer = new Map<string, Set<number>>()
  /** Own time. */
  private readonly spareSince = new Map<number, number>()
  private readonly queue = new SlotQueue()
  private readonly locks = new KeyedLock()
  private readonly mayLeaveAt: number

  constructor (private readonly init: SqliteReplicaStateInit) {
    const { db } = init
    const now = init.now()
    this.mayLeaveAt = now + (init.youngMs ?? 0)
    for (const { grp, peer } of allPromises(db)) this.note(grp, peer, now + PROMISE_MS)
    for (const { grp, peer, verdict } of allDistrusts(db)) this.doubtsOf(grp).set(peer, verdict)
    for (const { grp, since } of allSpares(db)) this.spareSince.set(grp, since)
  }

  /** Of a live version; undefined when there is none with this root. */
  groupOf (root: Uint8Array): PlacedGroup | undefined {
    const row = groupOfRoot(this.init.db, root)
    return row === undefined ? undefined : this.placed(row)
  }

  * inSlot (slot: number): Iterable<PlacedGroup> {
    for (const row of groupsInSlot(this.init.db, slot)) yield this.placed(row)
  }

  * spares (): Iterable<PlacedGroup> {
    for (const [id] of [...this.spareSince].sort((a, b) => a[1] - b[1])) {
      const row = groupOfNumber(this.init.db, id)
      const group = row === undefined ? undefined : this.groupOf(row.root)
      if (group !== undefined && this.own(group).have === 'held') yield group
    }
  }

  sample (count: number, random: () => number): PlacedGroup[] {
    return sampleHeld(this.init.db, count, random).map((row) => this.placed(row)).filter((group) => !this.leaving.has(group.id))
  }

  /** Everything live that is held, leaving or not; in pages, so that writes go on meanwhile. */
  * held (): Generator<PlacedGroup> {
    for (const row of heldGroups(this.init.db)) yield this.placed(row)
  }

  own (group: PlacedVersion): Own {
    const { db, now, ownMs } = this.init
    const { root } = group as PlacedGroup
    const since = this.spareSince.get(group.id)
    const shared = { away: false, spareSince: undefined, known: this.known.get(group.id) }
    if (isHeldRoot(db, root)) return { ...shared, have: this.leaving.has(group.id) ? 'leaving' : 'held', percent: 0, spareSince: since === undefined ? undefined : now() - Math.max(0, ownMs() - since) }
    const percent = this.coming_.get(group.id)
    return percent === undefined ? { ...shared, have: 'none', percent: 0, away: isAway(db, root) } : { ...shared, have: 'coming', percent }
  }

  heard ({ id }: PlacedVersion, peer: string): Heard | undefined {
    const heard = this.answers.get(id)?.get(peer)
    return heard !== undefined && heard.asked <= (this.oldUntil.get(peer) ?? -Infinity) ? { ...heard, asked: -Infinity } : heard
  }

  /** What members said of this group, and when (by the clock). */
  said ({ id }: PlacedVersion): ReadonlyMap<string, Heard> {
    return this.answers.get(id) ?? new Map<string, Heard>()
  }

  /** It was away: what it said before is asked again. */
  outdate (peer: string): void {
    this.oldUntil.set(peer, this.init.now())
  }

  hear (group: PlacedVersion, peer: string, said: GroupState, now: number): boolean {
    const before = this.heard(group, peer)
    const percent = said.state === 'coming' ? said.percent : 0
    const grew = said.state === 'coming' && before?.state === 'coming' && percent <= (before as HeardComing).percent ? before.grew : now
    this.answered(group).set(peer, { state: said.state, asked: now, grew, percent, doubts: said.state === 'held' ? said.doubts ?? 0 : 0 } as HeardComing)
    return before?.state !== said.state
  }

  unanswered (group: PlacedVersion, peer: string, now: number): void {
    this.silent.add(peer)
    const before = this.heard(group, peer)
    this.answered(group).set(peer, { state: 'none', grew: now, doubts: 0, ...before, asked: now })
  }

  distrusted ({ id }: PlacedVersion, peer: string): boolean {
    return this.doubts.get(id)?.has(peer) === true
  }

  distrust ({ id }: PlacedVersion, peer: string, verdict: 'missing' | 'wrong'): void {
    this.doubtsOf(id).set(peer, verdict)
    this.later(addDistrust(id, peer, verdict))
  }

  trust ({ id }: PlacedVersion, peer: string): void {
    const peers = this.doubts.get(id)
    peers?.delete(peer)
    if (peers?.size === 0) this.doubts.delete(id)
    this.later(dropDistrust(id, peer))
  }

  * distrusts (): Iterable<{ group: PlacedGroup, peer: string }> {
    for (const [id, peers] of [...this.doubts]) {
      const row = groupOfNumber(this.init.db, id)
      const group = row === undefined ? undefined : this.groupOf(row.root)
      if (group !== undefined) for (const peer of peers.keys()) yield { group, peer }
    }
  }

  /** Members that are distrusted for this group, and for what. */
  doubted ({ id }: PlacedVersion): ReadonlyMap<string, 'missing' | 'wrong'> {
    return this.doubts.get(id) ?? new Map<string, 'missing' | 'wrong'>()
  }

  mark (slot: number, reason: Reason, copies: number): void {
    this.queue.mark(slot, reason, copies)
  }

  take (groups: number): Array<{ slot: number, reason: Reason }> {
    return this.queue.take(groups, (slot) => groupsInSlot(this.init.db, slot).length)
  }

  /** Slots that are to be looked at. */
  get marked (): number { return this.queue.size }

  /** Its entry came. */
  learn ({ id }: PlacedVersion): void {
    const now = this.init.now()
    for (const [old, at] of this.known) {
      if (now - at < NOT_ASKED_MS) break
      this.known.delete(old)
    }
    this.known.delete(id)
    this.known.set(id, now)
  }

  coming ({ id }: PlacedVersion, percent: number | undefined): void {
    if (percent === undefined) this.coming_.delete(id)
    else this.coming_.set(id, percent)
  }

  spare (group: PlacedVersion, spare: boolean): void {
    const { id } = group
    if (this.spareSince.has(id) === spare) return
    if (spare) {
      const since = this.init.ownMs()
      this.spareSince.set(id, since)
      this.later(addSpare(id, since))
    } else {
      this.spareSince.delete(id)
      this.later(dropSpare(id))
    }
  }

  promised ({ id }: PlacedVersion, now: number): boolean {
    return [...this.promises.get(id)?.values() ?? []].some((at) => at > now)
  }

  /** A promise for it holds, or may hold: what a book that was made anew had promised is not known. */
  bound (group: PlacedVersion): boolean {
    const now = this.init.now()
    return now < this.mayLeaveAt || this.promised(group, now)
  }

  async promise (group: PlacedVersion, peer: string): Promise<PromiseAnswer> {
    const { id } = group
    return this.locks.run(String(id), async () => {
      const { have } = this.own(group)
      if (have === 'leaving') return 'LEAVING'
      if (have !== 'held') return 'NOT_HELD'
      const held = this.promises.get(id)?.has(peer) === true
      if (!held && this.promisesTo(peer) >= MAX_PROMISES) return 'TOO_MANY'
      if (!held) await this.init.db.write([addPromise(id, peer)])
      this.note(id, peer, this.init.now() + PROMISE_MS)
      return 'YES'
    })
  }

  async leave (group: PlacedVersion): Promise<boolean> {
    return this.locks.run(String(group.id), async () => {
      if (this.bound(group) || this.own(group).have !== 'held') return false
      // in memory alone: a start takes it back
      this.leaving.add(group.id)
      return true
    })
  }

  async stay ({ id }: PlacedVersion): Promise<void> {
    await this.locks.run(String(id), async () => { this.leaving.delete(id) })
  }

  async drop (group: PlacedVersion, still: () => boolean): Promise<boolean> {
    const { id } = group
    const { root } = group as PlacedGroup
    return this.locks.run(String(id), async () => {
      if (!this.leaving.has(id) || !still()) return false
      await this.init.store.release(parseCid(root), [missingAgain(root), dropSpare(id)], { trash: true })
      this.leaving.delete(id)
      this.spareSince.delete(id)
      return true
    })
  }

  private placed ({ n, root, slot, copies, plain, bytes }: GroupRow): PlacedGroup {
    const wanted = plain === 1 ? this.init.wanted() : undefined
    return { id: n, root, slot, bytes, copies: copies === 0 || wanted === 0 ? 0 : Math.max(copies ?? 0, wanted ?? 0) }
  }

  private answered ({ id }: PlacedVersion): Map<string, Heard> {
    const answers = this.answers.get(id) ?? new Map<string, Heard>()
    this.answers.delete(id)
    this.answers.set(id, answers)
    const [oldest] = this.answers.keys()
    if (this.answers.size > HEARD_GROUPS && oldest !== undefined) this.answers.delete(oldest)
    return answers
  }

  private doubtsOf (id: number): Map<string, 'missing' | 'wrong'> {
    const peers = this.doubts.get(id) ?? new Map<string, 'missing' | 'wrong'>()
    this.doubts.set(id, peers)
    return peers
  }

  private note (id: number, peer: string, until: number): void {
    const peers = this.promises.get(id) ?? new Map<string, number>()
    this.promises.set(id, peers)
    peers.set(peer, until)
    const groups = this.perPeer.get(peer) ?? new Set<number>()
    this.perPeer.set(peer, groups)
    groups.add(id)
  }

  /** How many hold; those that are over go, their rows too. */
  private promisesTo (peer: string): number {
    const now = this.init.now()
    const groups = this.perPeer.get(peer) ?? new Set<number>()
    if (groups.size < MAX_PROMISES) return groups.size
    for (const id of groups) {
      const peers = this.promises.get(id)
      if ((peers?.get(peer) ?? -Infinity) > now) continue
      peers?.delete(peer)
      if (peers?.size === 0) this.promises.delete(id)
      groups.delete(id)
      this.later(dropPromise(id, peer))
    }
    return groups.size
  }

  private later (statement: Statement): void {
    this.init.db.write([statement]).catch(this.init.onError)
  }
}
