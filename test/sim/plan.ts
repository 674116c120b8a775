/** What happens to the nodes of a simulation: files, crashes, sleep, splits, joins, evictions, rot. All of it drawn from the seed. */
import type { SimNode } from './node.js'
import { HEARTBEAT_MS } from './presence.js'
import { SimRandom } from './random.js'
import { PIECES } from './truth.js'
import { sizeOf, type World } from './world.js'

const HOUR = 3600e3
/** Groups of a version at the most. */
const MAX_GROUPS = 3
const OF_NEW_NAMES = 0.6
/** Newer versions from which on a writer forgets the old ones. */
const KEEPS = 2
const COLLECT_MS = HOUR
const DROP_MS = HOUR / 2
const REWEIGH_MS = 5 * HOUR

export class Plan {
  private readonly random: SimRandom
  private readonly until: number
  private names = 0
  private split = false

  constructor (private readonly world: World) {
    const { seed, ms, quietMs } = world.options
    this.random = new SimRandom(seed, 3)
    this.until = ms - quietMs
  }

  /** Everything that will happen, as far as it can be said at the start. */
  make (): void {
    const { world, until } = this
    const { options, time } = world
    const [first, ...others] = world.nodes
    if (first === undefined) return
    this.cast(others)
    for (const node of world.nodes) node.start()
    this.files()
    for (const node of world.nodes) this.failures(node)
    this.every(options.leaveMs, () => { this.replace() })
    this.every(options.splitMs, () => { this.fallApart() })
    this.every(options.evictMs, () => { this.evict() })
    this.every(options.rotMs, () => { this.rot() })
    this.every(REWEIGH_MS, () => { world.reweigh(this.random.pick(world.nodes), this.random.pick([-2, 2])) })
    const beat = (): void => {
      this.beat()
      time.after(HEARTBEAT_MS, beat)
    }
    time.after(HEARTBEAT_MS, beat)
    time.at(until, () => { this.calm() })
  }

  /** Who lies, who is slow, who has little room. The first node is honest and quick. */
  private cast (nodes: SimNode[]): void {
    const { options } = this.world
    const rest = [...nodes]
    const next = (): SimNode | undefined => rest.splice(this.random.below(rest.length), 1)[0]
    const cast = (count: number, as: (node: SimNode) => void): void => {
      for (let i = 0; i < count; i++) {
        const node = next()
        if (node !== undefined) as(node)
      }
    }
    cast(options.claimers, (node) => { node.kind = 'claims' })
    cast(options.droppers, (node) => {
      node.kind = 'drops'
      this.always(DROP_MS, () => { this.drop(node) })
    })
    cast(options.slow, (node) => { node.slow = true })
    cast(options.small, (node) => { node.capacity = 10 * sizeOf(this.random) })
    for (const node of this.world.nodes) this.always(COLLECT_MS, () => { if (node.there) node.collect() })
  }

  /** Puts until there are enough groups; a part of them new versions of what is there, and some deletes. */
  private files (): void {
    const { world, random, until } = this
    let groups = 0
    while (groups < world.options.groups) {
      const sizes = Array.from({ length: 1 + random.below(MAX_GROUPS) }, () => sizeOf(random))
      groups += sizes.length
      const fresh = this.names === 0 || random.chance(OF_NEW_NAMES)
      const tag = fresh ? this.names++ : random.below(this.names)
      world.time.at(random.next() * until * 0.9, () => { this.put(tag, sizes) })
      if (random.chance(0.1)) world.time.at(random.next() * until, () => { this.delete(tag) })
      world.time.at(random.next() * until, () => { this.forget(tag) })
    }
  }

  private writer (): SimNode | undefined {
    const there = this.world.nodes.filter((node) => node.there && node.kind === 'honest')
    return there.length === 0 ? undefined : this.random.pick(there)
  }

  private put (tag: number, sizes: number[]): void {
    const node = this.writer()
    // a put that does not end, since its node crashes, is one of the things that happen
    if (node !== undefined) void this.world.put(node, tag, sizes)
  }

  private delete (tag: number): void {
    const node = this.writer()
    if (node === undefined || node.entries.heads(tag).length === 0) return
    const entry = this.world.write(node, this.world.entries.version(tag, node.entries, [], 0, 0))
    this.world.log(node.name, `deletes ${tag}`)
    node.learn(entry)
    this.world.spread(node, entry)
  }

  private forget (tag: number): void {
    const node = this.writer()
    const old = node?.entries.old(tag) ?? []
    if (node === undefined || old.length < KEEPS) return
    const entry = this.world.write(node, this.world.entries.forget(tag, old.map(({ id }) => id)))
    this.world.log(node.name, `forgets ${old.length} of ${tag}`)
    node.learn(entry)
    this.world.spread(node, entry)
  }

  private failures (node: SimNode): void {
    const { world, random } = this
    const { crashMs, awayMs, lostIndex, laptopEvery, sleepMs } = world.options
    this.every(crashMs, () => {
      if (node.life === undefined || node.gone) return
      node.crash()
      node.losesIndex = random.chance(lostIndex)
      world.time.after(random.between(...awayMs), () => { if (!node.gone && node.life === undefined) node.start() })
    })
    if (node.member.n % laptopEvery !== 0) return
    this.every(sleepMs, () => {
      node.sleep()
      world.time.after(random.between(HOUR / 4, 5 * HOUR), () => { node.wake() })
    })
  }

  /** A machine breaks for good, is revoked some hours later, and a new one joins. */
  private replace (): void {
    const { world, random } = this
    const there = world.nodes.filter((node) => !node.gone && node.kind === 'honest')
    if (there.length < 2 * world.options.copies) return
    const node = random.pick(there)
    node.crash()
    node.gone = true
    world.truth.die(node.name)
    world.log(node.name, 'is gone for good')
    world.time.after(random.between(HOUR, 8 * HOUR), () => { world.revoke(node) })
    world.time.after(random.between(0, 4 * HOUR), () => { this.failures(world.join()) })
  }

  private fallApart (): void {
    const { world, random } = this
    if (this.split) return
    this.split = true
    const sides = 2 + random.below(2)
    for (const node of world.nodes) node.side = random.below(sides)
    world.log('-', `falls into ${sides}`)
    world.time.after(random.between(...world.options.splitForMs), () => { this.heal() })
  }

  private heal (): void {
    this.split = false
    for (const node of this.world.nodes) node.side = 0
    this.world.log('-', 'is one again')
  }

  private evict (): void {
    const { world, random } = this
    const node = this.writer()
    const [group] = node?.life?.book.sample(1, random.next) ?? []
    // a node that crashes meanwhile does not evict
    const of = group === undefined ? undefined : world.entries.of(group)
    if (of !== undefined) void node?.life?.evict(of)
    world.log(node?.name ?? '-', `is to evict ${of?.id ?? 'nothing'}`)
  }

  private rot (): void {
    const { world, random } = this
    const node = random.pick(world.nodes)
    const [drawn] = node.life?.book.sample(1, random.next) ?? []
    if (drawn === undefined) return
    const group = world.entries.of(drawn)
    const copy = world.truth.copy(group, node.name)
    // of what nobody else has a good copy nothing rots: a loss would say nothing
    if (copy?.pieces !== PIECES || world.truth.good(group) < 2) return
    copy.rotten = true
    world.log(node.name, `rots ${group.id}`)
  }

  private drop (node: SimNode): void {
    for (const version of this.world.versions()) {
      for (const group of version.groups) {
        const copy = this.world.truth.copy(group, node.name)
        if (copy?.pieces === PIECES && this.random.chance(0.3)) copy.dropped = true
      }
    }
  }

  /** Records of all who reach each other; entries that were missed come too. */
  private beat (): void {
    const { world } = this
    for (const node of world.nodes) {
      if (!node.there) continue
      const reached = world.nodes.filter((other) => other !== node && world.network.connected(node, other))
      node.presence.beat(reached)
      for (const entry of node.lacks) if (reached.some(({ entries }) => entries.known.has(entry.n))) node.learn(entry)
    }
  }

  private calm (): void {
    const { world } = this
    this.heal()
    world.log('-', 'is left in peace')
    for (const node of world.nodes) {
      if (node.gone) continue
      if (node.life === undefined) node.start()
      node.wake()
    }
  }

  /** Again and again until the quiet begins, at random times with this mean. */
  private every (meanMs: number, run: () => void): void {
    if (meanMs === Infinity) return
    this.world.time.after(this.random.exponential(meanMs), () => {
      if (this.world.time.now >= this.until) return
      run()
      this.every(meanMs, run)
    })
  }

  private always (ms: number, run: () => void): void {
    this.world.time.after(ms, () => {
      run()
      this.always(ms, run)
    })
  }
}
