/** One node of the simulation: its disk and its faults outlive crashes; a life is what runs between a start and a crash. */
import { stateOf, promiseTo } from '../../src/replication/placement/replica-answers.js'
import { AuditLoop } from '../../src/replication/placement/audit-loop.js'
import { notMissing } from '../../src/index/queries/missing.js'
import { ReplicaReleaser } from '../../src/replication/placement/replica-releaser.js'
import { putAway } from '../../src/replication/placement/put-away.js'
import { Reconcile } from '../../src/replication/placement/reconcile.js'
import type { AuditPort, Clock, PlacedVersion, MemberView } from '../../src/replication/placement/types.js'
import { DailyScan } from '../../src/replication/placement/daily-scan.js'
import { EntrySet, type Entry, type SimGroup, type Version } from './files.js'
import type { SimMember } from './orders.js'
import { portOf } from './port.js'
import { MARK_FURTHER, SimPresence } from './presence.js'
import type { SimRandom } from './random.js'
import { SimDisk } from './disk.js'
import { SimBook, simDb } from './sim-book.js'
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
  /** Its index. */
  disk = new SimDisk()
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
    if (lost) this.loseIndex()
    this.life = new Life(this, lost)
    this.world.log(this.name, lost ? 'starts without its index' : 'starts')
    this.life.start()
  }

  crash (): void {
    const { life } = this
    if (life === undefined) return
    this.life = undefined
    this.asleep = false
    life.end()
    this.world.log(this.name, 'crashes')
  }

  /** Its entries come again at once, and what it holds when it has looked. */
  private loseIndex (): void {
    this.disk.recycle()
    this.disk = new SimDisk()
    for (const version of this.world.versions()) {
      if (this.entries.known.has(version.n)) for (const group of version.groups) this.disk.see(group, this.entries.isLive(version))
    }
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
    for (const version of dead) {
      this.dead.set(version, this.world.time.now)
      for (const group of version.groups) this.disk.see(group, false)
    }
    for (const { groups } of live) {
      for (const group of groups) {
        this.disk.see(group, true)
        this.life?.learn(group)
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
    this.disk.collect(group)
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
  readonly letGo: ReplicaReleaser
  readonly port: AuditPort
  private readonly audit: AuditLoop
  private readonly walk: DailyScan
  private readonly view: MemberView
  private ended = false
  /** Roots that its user puts away. */
  private readonly leaving = new Set<string>()
  /** What came while it slept. */
  private held: Array<() => void> = []

  constructor (readonly node: SimNode, private readonly lost: boolean) {
    const { world, random } = node
    const { time, options } = world
    const started = time.now
    const origin = random.between(-1, 1) * 366 * 24 * HOUR
    this.clock = {
      now: () => origin + (time.now - started) * node.rate,
      after: (ms, fn) => time.after(ms / node.rate, () => { this.run(fn) })
    }
    this.view = viewOf(node)
    this.book = new SimBook(node, simDb(node, this), this, lost && options.fault !== 'young book')
    this.port = portOf(node, this)
    const shared = { view: this.view, book: this.book, port: this.port, clock: this.clock, random: random.next }
    const look = (group: PlacedVersion): void => { this.reconcile.mark(group.slot, 'member', 1) }
    this.reconcile = new Reconcile({ ...shared, offlineGraceMs: options.offlineGraceMs, fetch: (group, onPercent) => world.fetch(this, world.entries.of(group), onPercent) })
    this.letGo = new ReplicaReleaser({
      ...shared,
      letGoAfterMs: options.letGoAfterMs,
      pressed: () => !node.room(0.05 * node.capacity),
      doubt: look,
      released: (group) => { world.log(node.name, `let ${world.entries.of(group).id} go`) }
    })
    this.audit = new AuditLoop({
      ...shared,
      found: (group, peer, verdict) => {
        world.found(node, peer, verdict)
        look(group)
      }
    })
    this.walk = new DailyScan(this.clock, random.next, (from, to) => node.entries.slotsIn(from, to), (slot) => { this.reconcile.mark(slot, 'walk') }, options.walkMs)
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

  /** Its entry came. */
  learn ({ root }: SimGroup): void {
    const group = this.book.groupOf(root)
    if (group !== undefined) this.book.learn(group)
  }

  /** What it answers about a root. */
  state (root: Uint8Array): ReturnType<typeof stateOf> {
    return stateOf(this.book.groupOf(root), { view: this.view, book: this.book, room: (bytes) => this.node.room(bytes) })
  }

  async promise (root: Uint8Array, peer: string): ReturnType<typeof promiseTo> {
    return this.isPutAway(root) ? 'LEAVING' : promiseTo(peer, this.book.groupOf(root), { book: this.book })
  }

  /** It gives no word for it: its user puts it away, or it lets it go. */
  isGoing (root: Uint8Array): boolean {
    const group = this.book.groupOf(root)
    return this.isPutAway(root) || (group !== undefined && this.book.own(group).have === 'leaving')
  }

  /** Its user wants the room. */
  async evict ({ cid, root }: SimGroup): Promise<void> {
    const { node, book } = this
    const { world } = node
    const own = book.groupOf(root)
    if (own === undefined || this.leaving.has(cid.toString())) return
    await putAway(cid.toString(), {
      leaving: this.leaving,
      candidates: world.nodes.filter((other) => other !== node && world.network.connected(node, other)).map(({ name }) => name),
      push: (peer) => world.bring(this, world.entries.byRoot(root), world.node(peer)),
      failed: () => {},
      promised: () => book.bound(own),
      drop: () => book.store.release(cid, [notMissing(root)])
    })
  }

  private isPutAway (root: Uint8Array): boolean {
    return this.node.world.options.fault !== 'no leaving' && this.leaving.has(this.node.world.entries.byRoot(root).cid.toString())
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
