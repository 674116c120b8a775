import type { PlacedVersion } from '../../src/replication/placement/types.js'
import { Entries, EntrySet, type Entry, type SimGroup, type Version } from './files.js'
import { EventLog } from './event-log.js'
import { Network } from './network.js'
import { SimNode, type Life } from './node.js'
import type { SimOptions } from './options.js'
import { memberOf, Orders, type SimMember } from './orders.js'
import { HEARTBEAT_MS } from './presence.js'
import { SimRandom } from './random.js'
import { PIECES, Truth } from './truth.js'
import { VirtualTime } from './virtual-time.js'

const MIB = 1024 ** 2
const BYTES_A_MS = 10 * MIB / 1000
const SLOW_SHARE = 0.05
const OPERATORS = ['', 'ana', 'ana', 'ben', 'çem']

/** All nodes, what lies on their disks, and who reaches whom. What happens to them is in plan.ts. */
export class World {
  readonly time = new VirtualTime()
  readonly random: SimRandom
  readonly network: Network
  readonly orders = new Orders()
  readonly entries = new Entries()
  /** All entries together. */
  readonly all = new EntrySet()
  readonly truth = new Truth(() => this.time.now, this.all)
  readonly nodes: SimNode[] = []
  readonly classes = new Map<number, number>()
  /** Verdicts about liars, by node and kind. */
  readonly verdicts = new Map<string, number>()
  fetchedBytes = 0
  private readonly byName = new Map<string, SimNode>()
  private members: SimMember[] = []
  private readonly events: EventLog

  constructor (readonly options: SimOptions, listener?: (line: string) => void) {
    this.random = new SimRandom(options.seed, 1)
    this.network = new Network(this.time, new SimRandom(options.seed, 2))
    this.events = new EventLog(listener)
    for (let i = 0; i < options.nodes; i++) this.join(true)
  }

  log (node: string, what: string): void {
    this.events.add(this.time.now, node, what)
  }

  hash (): string {
    return this.events.hash()
  }

  get lines (): number {
    return this.events.lines
  }

  node (name: string): SimNode {
    const node = this.byName.get(name)
    if (node === undefined) throw new Error(`no node ${name}`)
    return node
  }

  * versions (): Iterable<Version> {
    for (const entry of this.entries.list) if (entry.kind === 'put') yield entry
  }

  * live (): Iterable<Version> {
    for (const version of this.versions()) if (this.all.isLive(version)) yield version
  }

  /** A new member; everybody learns of it in time. */
  join (first = false): SimNode {
    const n = this.nodes.length
    const member = memberOf(n, OPERATORS[n % OPERATORS.length] ?? '', this.random.below(9))
    const node = new SimNode(this, member, new SimRandom(this.options.seed, 1000 + n))
    this.nodes.push(node)
    this.byName.set(node.name, node)
    for (const entry of this.entries.list) node.lacks.add(entry)
    this.members = [...this.members, member]
    this.classes.set(n, member.class)
    node.see(this.members, new Map(this.classes))
    if (!first) node.start()
    this.tell()
    return node
  }

  /** It is no member any more. */
  revoke (node: SimNode): void {
    this.members = this.members.filter((member) => member !== node.member)
    this.log(node.name, 'is revoked')
    this.tell()
  }

  /** A node lends more or less. */
  reweigh (node: SimNode, by: number): void {
    this.classes.set(node.member.n, (this.classes.get(node.member.n) ?? 0) + by)
    this.tell()
  }

  /** Each node learns of members and weights when it does: views differ meanwhile. */
  private tell (): void {
    const { members } = this
    const classes = new Map(this.classes)
    for (const node of this.nodes) {
      if (node.gone) continue
      const see = (): void => {
        if (node.gone) return
        if (!node.there) this.time.after(HEARTBEAT_MS, see)
        else if (this.members === members) node.see(members, classes)
      }
      this.time.after(this.time.now === 0 ? 0 : this.random.exponential(10 * 60_000), see)
    }
  }

  /** Writes a version and has `durable` nodes keep it, this one included. */
  async put (node: SimNode, tag: number, sizes: readonly number[]): Promise<void> {
    const { life } = node
    if (life === undefined) return
    const { copies, durable } = this.options
    const version = this.write(node, this.entries.version(tag, node.entries, sizes, copies, this.random.below(2 ** 20)))
    for (const group of version.groups) this.lay(group, node)
    this.log(node.name, `puts ${version.groups.map(({ id }) => id).join()}`)
    node.learn(version)
    await Promise.all(version.groups.map((group) => life.book.hold(group)))
    let kept = 1
    let honest = 1
    const [first] = version.groups
    for (const name of first === undefined ? [] : node.order(first.slot)) {
      if (kept >= durable) break
      const other = this.node(name)
      if (other === node || !await this.push(life, version, other)) continue
      kept++
      if (other.kind !== 'claims') honest++
    }
    if (kept >= durable) {
      // the receipt of a liar binds nobody
      version.acked = honest >= durable
      this.log(node.name, `has ${version.groups.map(({ id }) => id).join()} on ${kept} nodes`)
    }
    this.spread(node, version)
  }

  /** Any other entry. */
  write<E extends Entry> (node: SimNode, entry: E): E {
    this.all.learn(entry)
    this.truth.heads(this.all, 'all together')
    for (const other of this.nodes) if (other !== node) other.lacks.add(entry)
    return entry
  }

  /** Sends an entry to everybody who is reached. */
  spread (node: SimNode, entry: Entry): void {
    for (const other of this.nodes) {
      if (other === node || !this.network.connected(node, other)) continue
      this.time.after(this.network.latency(node, other) + this.random.next() * 2000, () => { if (other.there) other.learn(entry) })
    }
  }

  /** Fetches what is lacking, piece by piece, from whoever has it and is reached. */
  async fetch (life: Life, group: SimGroup, onPercent: (percent: number) => void): Promise<void> {
    const { node } = life
    const copies = this.truth.of(group)
    let failures = 0
    for (;;) {
      const pieces = copies.get(node.name)?.pieces ?? 0
      if (pieces === PIECES) break
      if (!node.room(group.bytes / PIECES)) throw new Error('no room')
      const sources = this.nodes.filter((other) => other !== node && this.network.connected(node, other) && copies.get(other.name)?.pieces === PIECES)
      if (sources.length === 0 || failures > 6) throw new Error('nobody has it')
      const source = this.random.pick(sources)
      await this.move(life, source, group.bytes / PIECES)
      const theirs = copies.get(source.name)
      if (!this.network.connected(node, source) || theirs?.pieces !== PIECES || (theirs.dropped && this.random.chance(0.5)) || (theirs.rotten && this.random.chance(1 / PIECES))) {
        failures++
        continue
      }
      copies.set(node.name, { pieces: pieces + 1, rotten: false, dropped: false })
      node.used += group.bytes / PIECES
      this.fetchedBytes += group.bytes / PIECES
      onPercent(100 * (pieces + 1) / PIECES - 1)
    }
    await life.book.hold(group)
    this.log(node.name, `holds ${group.id}`)
    if (!node.entries.isLive(group.version)) node.dead.set(group.version, this.time.now)
  }

  /** An audit found something. */
  found (by: SimNode, peer: string, verdict: string | undefined): void {
    this.log(by.name, verdict === undefined ? `trusts ${peer} again` : `finds ${peer} ${verdict}`)
    if (verdict !== undefined) this.verdicts.set(peer, (this.verdicts.get(peer) ?? 0) + 1)
  }

  private lay (group: SimGroup, node: SimNode): void {
    const before = this.truth.copy(group, node.name)?.pieces ?? 0
    this.truth.of(group).set(node.name, { pieces: PIECES, rotten: false, dropped: false })
    node.used += group.bytes * (PIECES - before) / PIECES
  }

  /** Brings what lies with `life` to another for its word: a receipt that all of it is on that disk, and that it is not letting go. */
  async bring (life: Life, group: SimGroup, other: SimNode): Promise<void> {
    const lacks = !this.truth.isThere(group, other.name)
    if (lacks && !other.room(group.bytes)) throw new Error('no room')
    if (lacks) await this.move(life, other, group.bytes)
    await this.network.request(life, other, async (theirs) => {
      if (other.kind === 'claims') {
        this.truth.receipt(group, other.name)
        return
      }
      if (theirs.isGoing(group.root)) throw new Error('it lets its own copy go')
      other.learn(group.version)
      this.lay(group, other)
      await theirs.book.hold(group)
      this.truth.receipt(group, other.name)
    })
  }

  /** Its disks are for the next run. */
  end (): void {
    for (const { disk } of this.nodes) disk.recycle()
  }

  private async push (life: Life, version: Version, other: SimNode): Promise<boolean> {
    const bytes = version.groups.reduce((sum, group) => sum + group.bytes, 0)
    if (!this.network.connected(life.node, other) || !other.room(bytes)) return false
    await this.move(life, other, bytes)
    if (!this.network.connected(life.node, other) || !other.room(bytes)) return false
    const theirs = other.life
    if (theirs === undefined) return false
    try {
      await this.network.request(life, other, async () => {
        if (other.kind !== 'claims') {
          for (const group of version.groups) this.lay(group, other)
          other.learn(version)
          await Promise.all(version.groups.map((group) => theirs.book.hold(group)))
        }
      })
      return true
    } catch {
      return false // the receipt did not come, whatever lies there
    }
  }

  /** Time passes until so many bytes have gone between the two. */
  private async move (life: Life, other: SimNode, bytes: number): Promise<void> {
    const speed = BYTES_A_MS * (life.node.slow || other.slow ? SLOW_SHARE : 1)
    return new Promise((resolve) => { this.time.after(bytes / speed, () => { life.run(resolve) }) })
  }
}

export const sizeOf = (random: SimRandom): number => Math.ceil(random.exponential(20 * MIB))
export type { PlacedVersion }
