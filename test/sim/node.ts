/** One node of the simulation: its disk and its faults outlive crashes; a life is what runs between a start and a crash. */
import { stateOf, promiseTo } from '../../src/replication/copies/answers.js'
import { AuditLoop } from '../../src/replication/copies/audit-loop.js'
import { LetGo } from '../../src/replication/copies/let-go.js'
import type { Kept } from '../../src/replication/copies/memory-book.js'
import { Reconcile } from '../../src/replication/copies/reconcile.js'
import type { AuditPort, Clock, Group, MemberView } from '../../src/replication/copies/types.js'
import { Walk } from '../../src/replication/copies/walk.js'
import { EntrySet, type Entry, type SimGroup, type Version } from './files.js'
import type { SimMember } from './orders.js'
import { portOf } from './port.js'
import { MARK_FURTHER, SimPresence } from './presence.js'
import type { SimRandom } from './random.js'
import { SimBook } from './sim-book.js'
import { PIECES } from './truth.js'
import type { World } from './world.js'

export type Kind = 'honest' | 'claims' | 'drops'

const HOUR = 3600e3

export class SimNode {
  readonly entries = new EntrySet()
  /** Entries that it lacks. */
  readonly lacks = new Set<Entry>()
  readonly presence: SimPresence
  life: Life | undefined
  asleep = false
  gone = false
  /** Which part of a network that fell apart it is in. */
  side = 0
  slow = false
  kind: Kind = 'honest'
  /** Bytes that it lends. */
  capacity = Infinity
  used = 0
  /** When dead versions became dead to it, by the world's time. */
  readonly dead = new Map<Version, number>()
  /** What a crash left of its index. */
  kept: Kept | undefined
  /** Its index is lost at the next start. */
  losesIndex = false
  /** Its clock's speed. Each start has another origin, a year off or more. */
  readonly rate: number
  order: (slot: number) => readonly string[] = () => []
  members: readonly SimMember[] = []

  constructor (readonly world: World, readonly member: SimMember, readonly random: SimRandom) {
    this.presence = new SimPresence(this, world.options.offlineGraceMs)
    this.rate = 1 + (random.next() - 0.5) * 0.018
  }

  get name (): string {
    return this.member.peer
  }

  /** It runs, and somebody may reach it. */
  get there (): boolean {
    return this.life !== undefined && !this.asleep
  }

  room (bytes: number): boolean {
    return this.used + bytes <= this.capacity
  }

  start (): void {
    this.presence.started()
    const lost = this.losesIndex
    this.losesIndex = false
    this.life = new Life(this, lost ? undefined : this.kept, lost)
    this.world.log(this.name, lost ? 'starts without its index' : 'starts')
    this.life.start()
  }

  crash (): void {
    const { life } = this
    if (life === undefined) return
    this.kept = life.book.keep()
    this.life = undefined
    this.asleep = false
    life.end()
    this.world.log(this.name, 'crashes')
  }

  sleep (): void {
    if (!this.there) return
    this.asleep = true
    this.world.log(this.name, 'sleeps')
  }

  wake (): void {
    if (!this.asleep) return
    this.asleep = false
    this.world.log(this.name, 'wakes')
    this.presence.woke()
    this.life?.catchUp()
  }

  /** An entry came: its groups are looked at, or are not wanted any more. */
  learn (entry: Entry): void {
    if (!this.lacks.delete(entry) && this.entries.known.has(entry.n)) return
    const { live, dead } = this.entries.learn(entry)
    this.world.truth.heads(this.entries, this.name)
    for (const version of dead) this.dead.set(version, this.world.time.now)
    for (const { groups } of live) {
      for (const group of groups) {
        this.life?.book.learn(group)
        this.life?.reconcile.mark(group.slot, 'entry', 1)
      }
    }
  }

  /** Members or their classes are others now, as far as this node knows. */
  see (members: readonly SimMember[], classes: ReadonlyMap<number, number>): void {
    const before = this.order
    const depth = this.world.options.copies + MARK_FURTHER
    this.members = members
    this.order = this.world.orders.view(members, classes)
    for (const slot of this.entries.slotsIn(0, Infinity)) {
      if (this.order(slot).slice(0, depth).join() !== before(slot).slice(0, depth).join()) this.life?.reconcile.mark(slot, 'member')
    }
  }

  /** Takes a copy off the disk, with its room. */
  erase (group: SimGroup): void {
    const copies = this.world.truth.of(group)
    const copy = copies.get(this.name)
    if (copy === undefined) return
    this.used -= group.bytes * copy.pieces / PIECES
    copies.delete(this.name)
    this.life?.reconcile.roomMade()
  }

  /** Collects what has been dead for its time. */
  collect (): void {
    const { world } = this
    for (const [version, since] of this.dead) {
      if (world.options.fault === 'collects live' ? this.random.chance(0.9) : world.time.now - since < world.options.keepDeadMs) continue
      this.dead.delete(version)
      for (const group of version.groups) this.collectGroup(group)
    }
    if (world.options.fault === 'collects live') for (const version of world.live()) if (this.random.chance(0.01)) for (const group of version.groups) this.collectGroup(group)
  }

  private collectGroup (group: SimGroup): void {
    if (this.world.truth.copy(group, this.name) === undefined) return
    this.life?.book.lose(group)
    this.used -= group.bytes * (this.world.truth.copy(group, this.name)?.pieces ?? 0) / PIECES
    this.world.truth.collect(group, this.name, this.entries)
    this.world.log(this.name, `collects ${group.id}`)
  }
}

/** What runs between a start and a crash. */
export class Life {
  readonly clock: Clock
  readonly book: SimBook
  readonly reconcile: Reconcile
  readonly letGo: LetGo
  readonly port: AuditPort
  private readonly audit: AuditLoop
  private readonly walk: Walk
  private readonly view: MemberView
  private ended = false
  /** What came while it slept. */
  private held: Array<() => void> = []

  constructor (readonly node: SimNode, kept: Kept | undefined, private readonly lost: boolean) {
    const { world, random } = node
    const { time, options } = world
    const started = time.now
    const origin = random.between(-1, 1) * 366 * 24 * HOUR
    this.clock = {
      now: () => origin + (time.now - started) * node.rate,
      after: (ms, fn) => time.after(ms / node.rate, () => { this.run(fn) })
    }
    this.view = viewOf(node)
    this.book = new SimBook(node, this, lost && options.fault !== 'young book')
    if (kept !== undefined) this.book.load(kept)
    this.port = portOf(node, this)
    const shared = { view: this.view, book: this.book, port: this.port, clock: this.clock, random: random.next }
    const look = (group: Group): void => { this.reconcile.mark(group.slot, 'member', 1) }
    this.reconcile = new Reconcile({ ...shared, offlineGraceMs: options.offlineGraceMs, room: (bytes) => node.room(bytes), fetch: (group, onPercent) => world.fetch(this, group as SimGroup, onPercent) })
    this.letGo = new LetGo({
      ...shared,
      letGoAfterMs: options.letGoAfterMs,
      pressed: () => !node.room(0.05 * node.capacity),
      doubt: look,
      released: (group) => { world.log(node.name, `let ${group.id} go`) }
    })
    this.audit = new AuditLoop({
      ...shared,
      found: (group, peer, verdict) => {
        world.found(node, peer, verdict)
        look(group)
      }
    })
    this.walk = new Walk(this.clock, random.next, (from, to) => node.entries.slotsIn(from, to), (slot) => { this.reconcile.mark(slot, 'walk') }, options.walkMs)
  }

  start (): void {
    const { node } = this
    if (node.kind === 'claims') {
      // it fetches nothing
      this.reconcile.stop()
      return
    }
    this.letGo.start()
    this.audit.start()
    this.walk.start()
    for (const slot of node.entries.slotsIn(0, Infinity)) this.reconcile.mark(slot, 'entry')
    // a lost index is made anew from the blocks that lie there
    if (this.lost) this.clock.after(HOUR * node.random.next(), () => { void this.adopt() })
  }

  end (): void {
    this.ended = true
    this.reconcile.stop()
    this.letGo.stop()
    this.audit.stop()
    this.walk.stop()
  }

  get alive (): boolean {
    return !this.ended
  }

  /** Runs it now, or when the machine wakes; never in a life that ended. */
  run (fn: () => void): void {
    if (this.ended) return
    if (this.node.asleep) this.held.push(fn)
    else fn()
  }

  catchUp (): void {
    const { held } = this
    this.held = []
    for (const fn of held) this.run(fn)
  }

  state (group: Group): ReturnType<typeof stateOf> {
    return stateOf(this.node.entries.isLive((group as SimGroup).version) ? group : undefined, { view: this.view, book: this.book, room: (bytes) => this.node.room(bytes) })
  }

  async promise (group: Group, peer: string): ReturnType<typeof promiseTo> {
    return promiseTo(peer, this.node.entries.isLive((group as SimGroup).version) ? group : undefined, { book: this.book })
  }

  private async adopt (): Promise<void> {
    const { node } = this
    for (const version of node.world.versions()) {
      for (const group of version.groups) {
        if (node.world.truth.copy(group, node.name)?.pieces === PIECES && node.entries.known.has(version.n)) await this.book.hold(group)
      }
    }
    for (const slot of node.entries.slotsIn(0, Infinity)) this.reconcile.mark(slot, 'entry')
  }
}

function viewOf (node: SimNode): MemberView {
  return {
    self: node.name,
    get size () { return node.members.length },
    order: (slot) => node.order(slot),
    operator: (peer) => node.world.node(peer).member.operator,
    present: (peer) => node.presence.present(peer),
    accepting: (peer) => node.world.node(peer).room(0.1 * node.world.node(peer).capacity),
    get island () { return node.presence.island }
  }
}
