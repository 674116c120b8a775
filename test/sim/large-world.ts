/**
 * A large vault of honest members that do nothing but leave for good and join: the same decisions, with one shared view of
 * members and entries, so that a thousand nodes fit into one process. What it shows is how many groups are lost.
 */
import { peerOf } from '../vectors/placement.js'
import { stateOf } from '../../src/replication/placement/replica-answers.js'
import { NEXT } from '../../src/replication/placement/desired-state.js'
import { PlacementCache } from '../../src/replication/placement/placement-cache.js'
import { ReplicaReleaser, PROMISES_WITHIN_MS } from '../../src/replication/placement/replica-releaser.js'
import { MemoryBook } from '../replication/placement/memory-book.js'
import { Reconcile } from '../../src/replication/placement/reconcile.js'
import type { AuditPort, Clock, PlacedVersion, MemberView, Proof } from '../../src/replication/placement/types.js'
import { SLOTS } from '../../protocols/placement/constants.js'
import { SimRandom } from './random.js'
import { InvariantError } from './truth.js'
import { VirtualTime } from './virtual-time.js'

const HOUR = 3600e3
const DAY = 24 * HOUR
const ANSWER_MS = 100
/** As in the node (src/replication/replica-service.ts): a group is whole after repairMs, however many of them one death leaves to a member. */
const FETCHES_AT_ONCE = 256
/** Of an order those whose coming and going matters to the others there. */
const FURTHER = NEXT + 3

export interface LargeOptions {
  seed: number
  nodes: number
  groups: number
  days: number
  copies: number
  /** Share of the nodes that leave for good a day; as many join. */
  leaving: number
  graceMs: number
  /** How long it takes to fetch a group. */
  repairMs: number
  /** Until a member that left is revoked. */
  revokeMs: number
  letGoAfterMs: number
}

export const LARGE: LargeOptions = { seed: 1, nodes: 1000, groups: 100_000, days: 30, copies: 3, leaving: 0.05, graceMs: HOUR, repairMs: HOUR / 2, revokeMs: 6 * HOUR, letGoAfterMs: DAY }

/** Groups lost when three deaths fall within grace, the mean random wait, and repair: 3 λ³ W² a group. */
export function expectedLosses ({ groups, days, copies, leaving, graceMs, repairMs }: LargeOptions): number {
  if (copies !== 3) throw new RangeError('the arithmetic is that of three copies')
  const windowDays = (graceMs + graceMs / 8 + repairMs) / DAY
  return groups * days * 3 * leaving ** 3 * windowDays ** 2
}

class Member {
  readonly book: MemoryBook
  readonly reconcile: Reconcile
  readonly letGo: ReplicaReleaser
  alive = true

  constructor (readonly world: LargeWorld, readonly name: string, random: SimRandom) {
    const { time, options } = world
    const clock: Clock = { now: () => time.now, after: (ms, fn) => time.after(ms, () => { if (this.alive) fn() }) }
    const view: MemberView = {
      self: name,
      size: 0,
      order: (slot, least) => world.orders.order(slot, least),
      operator: () => '',
      present: (peer) => !world.absent.has(peer),
      accepting: () => true,
      island: false
    }
    Object.defineProperty(view, 'size', { get: () => world.orders.size })
    this.book = new (class extends MemoryBook {
      override async drop (group: PlacedVersion, still: () => boolean): Promise<boolean> {
        const dropped = await super.drop(group, still)
        if (dropped) world.release(group, name)
        return dropped
      }
    })({ now: clock.now, inSlot: (slot) => world.bySlot[slot] ?? [] })
    const port = this.port(view)
    const shared = { view, book: this.book, port, clock, random: random.next }
    this.reconcile = new Reconcile({ ...shared, offlineGraceMs: options.graceMs, fetchesAtOnce: FETCHES_AT_ONCE, fetch: async (group) => world.fetch(this, group) })
    this.letGo = new ReplicaReleaser({ ...shared, letGoAfterMs: options.letGoAfterMs, pressed: () => false, doubt: () => {} })
  }

  private port (view: MemberView): AuditPort {
    const { world } = this
    const reach = async <T>(peer: string, answer: (other: Member) => T | Promise<T>): Promise<T> => {
      await world.time.sleep(ANSWER_MS)
      const other = world.members.get(peer)
      if (other?.alive !== true) throw new Error('not reached')
      return answer(other)
    }
    return {
      have: (peer, groups) => reach(peer, (other) => groups.map((group) => stateOf(group, { view: { ...view, order: view.order, self: peer }, book: other.book, room: () => true }))),
      keep: (peer, group) => reach(peer, async (other) => {
        const answer = await other.book.promise(group, this.name)
        if (answer === 'YES') world.promise(group, peer)
        return answer
      }),
      prove: (peer, group, count) => reach(peer, () => Array.from({ length: Number(count) }, (): Proof => ({ block: 0, verdict: world.holders(group).has(peer) ? 'PROVED' : 'NOT_HELD' }))),
      look: async () => 'missing'
    }
  }
}

export class LargeWorld {
  readonly time = new VirtualTime()
  readonly orders = new PlacementCache()
  readonly members = new Map<string, Member>()
  readonly absent = new Set<string>()
  readonly bySlot: PlacedVersion[][] = Array.from({ length: SLOTS }, () => [])
  lost = 0
  deaths = 0
  joins = 0
  fetched = 0
  released = 0
  /** Members that died between their promise and the release that it was for. */
  diedBetween = 0
  broken: InvariantError | undefined
  private readonly random: SimRandom
  private readonly held: Array<Set<string>> = []
  private made = 0
  /** When members promised, of promises that no release has used. */
  private readonly promised = new Map<number, Map<string, number>>()

  constructor (readonly options: LargeOptions) {
    this.random = new SimRandom(options.seed, 9)
    for (let i = 0; i < options.nodes; i++) this.join(true)
    for (let id = 0; id < options.groups; id++) {
      const slot = this.random.below(SLOTS)
      const group: PlacedVersion = { id, slot, copies: options.copies, bytes: 1 }
      this.bySlot[slot]?.push(group)
      const holders = new Set<string>()
      this.held[id] = holders
      for (const name of this.orders.order(slot, options.copies).slice(0, options.copies)) {
        holders.add(name)
        void this.members.get(name)?.book.hold(group)
      }
    }
  }

  holders ({ id }: PlacedVersion): Set<string> {
    return this.held[id] ?? new Set()
  }

  async run (onDay: (day: number) => void): Promise<void> {
    const { days } = this.options
    this.plan()
    for (let day = 1; day <= days; day++) {
      await this.time.runUntil(day * DAY, () => { if (this.broken !== undefined) throw this.broken })
      onDay(day)
    }
  }

  /** Groups by their number of copies. */
  copies (): number[] {
    const counts: number[] = []
    for (const { size } of this.held) counts[size] = (counts[size] ?? 0) + 1
    return Array.from(counts, (count) => count ?? 0)
  }

  promise ({ id }: PlacedVersion, peer: string): void {
    const promises = this.promised.get(id) ?? new Map<string, number>()
    this.promised.set(id, promises.set(peer, this.time.now))
  }

  /** As in truth.ts: who died after it promised, in the time in which that counts, is no fault of who releases. */
  release (group: PlacedVersion, name: string): void {
    const holders = this.holders(group)
    holders.delete(name)
    this.released++
    const promises = this.promised.get(group.id) ?? new Map<string, number>()
    const died = [...promises].filter(([peer, at]) => !holders.has(peer) && this.members.get(peer)?.alive !== true && this.time.now - at <= PROMISES_WITHIN_MS).length
    this.promised.delete(group.id)
    this.diedBetween += died
    if (holders.size + died < group.copies) this.broken ??= new InvariantError(`${name} released group ${group.id}: ${holders.size} others have it`)
  }

  async fetch (member: Member, group: PlacedVersion): Promise<void> {
    if (this.holders(group).size === 0) throw new Error('nobody has it')
    await this.time.sleep(this.options.repairMs)
    // a node that died in the meantime goes on with nothing
    if (!member.alive) await new Promise(() => {})
    if (this.holders(group).size === 0) throw new Error('nobody has it')
    this.holders(group).add(member.name)
    this.fetched++
    await member.book.hold(group)
  }

  private plan (): void {
    const { options, time, random } = this
    const next = (): void => {
      time.after(random.exponential(DAY / (options.leaving * options.nodes)), () => {
        this.leave()
        time.after(random.exponential(HOUR), () => { this.join() })
        next()
      })
    }
    next()
  }

  private leave (): void {
    const alive = [...this.members.values()].filter((member) => member.alive)
    const member = this.random.pick(alive)
    member.alive = false
    member.reconcile.stop()
    member.letGo.stop()
    this.deaths++
    for (const holders of this.held) if (holders.delete(member.name) && holders.size === 0) this.lost++
    this.time.after(this.options.graceMs, () => {
      this.absent.add(member.name)
      this.mark(this.orders.slotsOf(member.name, this.options.copies + FURTHER))
    })
    this.time.after(this.options.revokeMs, () => {
      const changed = this.orders.remove(member.name, this.options.copies + FURTHER)
      this.absent.delete(member.name)
      this.members.delete(member.name)
      this.mark(changed)
    })
  }

  private join (first = false): void {
    const n = this.made++
    const member = new Member(this, `n${n}`, new SimRandom(this.options.seed, 100 + n))
    this.members.set(member.name, member)
    const changed = this.orders.add({ name: member.name, peer: peerOf(10_000 + n), operator: '', class: 0 }, this.options.copies + FURTHER)
    member.letGo.start()
    if (first) return
    this.joins++
    this.mark(changed)
  }

  /** Whoever stands in the head of these slots looks at them. */
  private mark (slots: readonly number[]): void {
    const depth = this.options.copies + FURTHER
    for (const slot of slots) {
      if (this.bySlot[slot]?.length === 0) continue
      for (const name of this.orders.order(slot, depth).slice(0, depth)) {
        const member = this.members.get(name)
        if (member?.alive === true) member.reconcile.mark(slot, 'member')
      }
    }
  }
}
