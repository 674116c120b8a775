import { MAX_PROMISES, PROMISE_MS, type PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'
import type { ReplicaState, Heard, Own, Reason } from '../../../src/replication/placement/replica-state.js'
import { SlotQueue } from '../../../src/replication/placement/slot-queue.js'
import type { PlacedVersion } from '../../../src/replication/placement/types.js'

type Row = { -readonly [Key in keyof Own]: Own[Key] } & { group: PlacedVersion }

const NOTHING: Own = { have: 'none', percent: 0, away: false, spareSince: undefined, known: undefined }

/** What a restart leaves of a book. */
export interface Kept {
  rows: Array<{ group: PlacedVersion, held: boolean, away: boolean, spareMs: number | undefined }>
  promises: Array<{ group: PlacedVersion, peer: string }>
}

export interface MemoryBookInit {
  now: () => number
  /** Runs `apply` as one transaction and resolves with its result once that is durable. @default at once */
  commit?: <T>(apply: () => T) => Promise<T>
  /** Groups of live versions that are known here, by slot; this book keeps none itself. */
  inSlot: (slot: number) => Iterable<PlacedVersion>
  /** Before so long after the start nothing is let go: the book was made anew, and what it promised is not known. @default 0 */
  youngMs?: number
}

/** A book in memory, for tests of decisions and for the large simulation, where a thousand indexes of 100,000 groups do not fit. */
export class MemoryBook implements ReplicaState {
  private readonly rows = new Map<number, Row>()
  private readonly spareRows = new Set<Row>()
  private readonly answers = new Map<number, Map<string, Heard>>()
  private readonly doubts = new Map<number, { group: PlacedVersion, peers: Map<string, 'missing' | 'wrong'> }>()
  /** Until when, by group and peer. */
  private readonly promises = new Map<number, { group: PlacedVersion, until: Map<string, number> }>()
  private readonly queue = new SlotQueue()
  private readonly commit: <T>(apply: () => T) => Promise<T>
  private readonly mayLeaveAt: number

  constructor (private readonly init: MemoryBookInit) {
    this.commit = init.commit ?? (async (apply) => apply())
    this.mayLeaveAt = init.now() + (init.youngMs ?? 0)
  }

  /** What a start finds: leaving rows are held again, promises run anew. */
  load ({ rows, promises }: Kept): void {
    for (const { group, held, away, spareMs } of rows) {
      const row = this.row(group)
      Object.assign(row, { have: held ? 'held' : 'none', away, spareSince: spareMs === undefined ? undefined : this.init.now() - spareMs })
      if (spareMs !== undefined) this.spareRows.add(row)
    }
    for (const { group, peer } of promises) this.until(group).set(peer, this.init.now() + PROMISE_MS)
  }

  /** What a start would find now. */
  keep (): Kept {
    const rows = [...this.rows.values()].map(({ group, have, away, spareSince }) => ({ group, held: have === 'held' || have === 'leaving', away, spareMs: spareSince === undefined ? undefined : this.init.now() - spareSince }))
      .filter(({ held, away }) => held || away)
    const promises = [...this.promises.values()].flatMap(({ group, until }) => [...until].filter(([, at]) => at > this.init.now()).map(([peer]) => ({ group, peer })))
    return { rows, promises }
  }

  inSlot (slot: number): Iterable<PlacedVersion> {
    return this.init.inSlot(slot)
  }

  * spares (): Iterable<PlacedVersion> {
    const spare = [...this.spareRows].filter(({ have }) => have === 'held')
    for (const { group } of spare.sort((a, b) => (a.spareSince ?? 0) - (b.spareSince ?? 0))) yield group
  }

  sample (count: number, random: () => number): PlacedVersion[] {
    const held = [...this.rows.values()].filter(({ have }) => have === 'held').map(({ group }) => group)
    for (let i = 0; i < Math.min(count, held.length); i++) {
      const j = i + Math.min(held.length - i - 1, Math.floor(random() * (held.length - i)))
      const [a, b] = [held[i], held[j]]
      if (a !== undefined && b !== undefined) [held[i], held[j]] = [b, a]
    }
    return held.slice(0, count)
  }

  own ({ id }: PlacedVersion): Own {
    return this.rows.get(id) ?? NOTHING
  }

  heard ({ id }: PlacedVersion, peer: string): Heard | undefined {
    return this.answers.get(id)?.get(peer)
  }

  hear (group: PlacedVersion, peer: string, said: GroupState, now: number): boolean {
    const before = this.heard(group, peer)
    const percent = said.state === 'coming' ? said.percent : 0
    const grew = said.state === 'coming' && before?.state === 'coming' && percent <= (before as HeardComing).percent ? before.grew : now
    this.answered(group).set(peer, { state: said.state, asked: now, grew, percent, doubts: said.state === 'held' ? said.doubts ?? 0 : 0 } as HeardComing)
    return before?.state !== said.state
  }

  unanswered (group: PlacedVersion, peer: string, now: number): void {
    const before = this.heard(group, peer)
    this.answered(group).set(peer, { state: 'none', grew: now, doubts: 0, ...before, asked: now })
  }

  distrusted ({ id }: PlacedVersion, peer: string): boolean {
    return this.doubts.get(id)?.peers.has(peer) === true
  }

  distrust (group: PlacedVersion, peer: string, verdict: 'missing' | 'wrong'): void {
    const doubt = this.doubts.get(group.id) ?? { group, peers: new Map<string, 'missing' | 'wrong'>() }
    this.doubts.set(group.id, doubt)
    doubt.peers.set(peer, verdict)
  }

  trust ({ id }: PlacedVersion, peer: string): void {
    const doubt = this.doubts.get(id)
    doubt?.peers.delete(peer)
    if (doubt?.peers.size === 0) this.doubts.delete(id)
  }

  * distrusts (): Iterable<{ group: PlacedVersion, peer: string }> {
    for (const { group, peers } of this.doubts.values()) for (const peer of peers.keys()) yield { group, peer }
  }

  mark (slot: number, reason: Reason, copies: number): void {
    this.queue.mark(slot, reason, copies)
  }

  take (groups: number): Array<{ slot: number, reason: Reason }> {
    return this.queue.take(groups, (slot) => [...this.inSlot(slot)].length)
  }

  /** Its entry came. */
  learn (group: PlacedVersion): void {
    this.row(group).known = this.init.now()
  }

  /** Its version is dead, or some of its blocks were found gone. What was promised stays promised: it may come back. */
  lose (group: PlacedVersion): void {
    this.forget(group)
  }

  /** All of it is here. Durable when it resolves. */
  async hold (group: PlacedVersion): Promise<void> {
    await this.commit(() => { Object.assign(this.row(group), { have: 'held', percent: 0, away: false, spareSince: undefined }) })
  }

  coming (group: PlacedVersion, percent: number | undefined): void {
    const row = this.row(group)
    if (row.have !== 'none' && row.have !== 'coming') return
    Object.assign(row, { have: percent === undefined ? 'none' : 'coming', percent: percent ?? 0 })
  }

  spare (group: PlacedVersion, spare: boolean, now: number): void {
    const row = this.row(group)
    if (row.have !== 'held') return
    row.spareSince = spare ? row.spareSince ?? now : undefined
    if (spare) this.spareRows.add(row)
    else this.spareRows.delete(row)
  }

  promised ({ id }: PlacedVersion, now: number): boolean {
    return [...this.promises.get(id)?.until.values() ?? []].some((at) => at > now)
  }

  async promise (group: PlacedVersion, peer: string): Promise<PromiseAnswer> {
    return this.commit(() => {
      const { have } = this.own(group)
      if (have === 'leaving') return 'LEAVING'
      if (have !== 'held') return 'NOT_HELD'
      const until = this.until(group)
      if (!until.has(peer) && this.promisesTo(peer) >= MAX_PROMISES) return 'TOO_MANY'
      until.set(peer, this.init.now() + PROMISE_MS)
      return 'YES'
    })
  }

  async leave (group: PlacedVersion): Promise<boolean> {
    return this.commit(() => {
      const now = this.init.now()
      if (this.own(group).have !== 'held' || this.promised(group, now) || now < this.mayLeaveAt) return false
      this.row(group).have = 'leaving'
      return true
    })
  }

  async stay (group: PlacedVersion): Promise<void> {
    await this.commit(() => { if (this.own(group).have === 'leaving') this.row(group).have = 'held' })
  }

  async drop (group: PlacedVersion, still: () => boolean): Promise<boolean> {
    return this.commit(() => {
      if (this.own(group).have !== 'leaving' || !still()) return false
      this.forget(group)
      return true
    })
  }

  /** Its user put it away: it is not held, and not fetched again. */
  putAway (group: PlacedVersion): void {
    this.forget(group)
    this.row(group).away = true
  }

  private forget ({ id }: PlacedVersion): void {
    const row = this.rows.get(id)
    if (row !== undefined) this.spareRows.delete(row)
    this.rows.delete(id)
  }

  private row (group: PlacedVersion): Row {
    let row = this.rows.get(group.id)
    if (row === undefined) this.rows.set(group.id, row = { ...NOTHING, group })
    return row
  }

  private answered ({ id }: PlacedVersion): Map<string, Heard> {
    let answers = this.answers.get(id)
    if (answers === undefined) {
      answers = new Map<string, Heard>()
      this.answers.set(id, answers)
    }
    return answers
  }

  private until (group: PlacedVersion): Map<string, number> {
    let promise = this.promises.get(group.id)
    if (promise === undefined) this.promises.set(group.id, promise = { group, until: new Map() })
    return promise.until
  }

  private promisesTo (peer: string): number {
    const now = this.init.now()
    let count = 0
    for (const { until } of this.promises.values()) if ((until.get(peer) ?? -Infinity) > now) count++
    return count
  }
}

interface HeardComing extends Heard { readonly percent: number }
