/**
 * What really lies on all disks, and the rules that hold at every step, whatever nodes believe. A broken one is noted
 * here, where no code under test can catch it, and ends the run after that step.
 */
import { PROMISE_MS } from '../../protocols/audit/constants.js'
import { PROMISES_WITHIN_MS } from '../../src/replication/placement/replica-releaser.js'
import type { EntrySet, SimGroup, Version } from './files.js'

export const PIECES = 4

/** One node's copy: which pieces lie on its disk. */
export interface Copy { pieces: number, rotten: boolean, /** Half of it was thrown away by a node that does not say so. */ dropped: boolean }

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Clocks of nodes differ in speed by so much at the most. */
export const MAX_DRIFT = 0.01

export class Truth {
  /** By group, then node. */
  private readonly copies = new Map<number, Map<string, Copy>>()
  /** When a node gave its last promise, by group, then node. */
  private readonly promised = new Map<number, Map<string, number>>()
  /** When a node that drops copies, whatever it promised, last proved four ranges of one. */
  private readonly vouched = new Map<string, number>()
  /** When a node gave its last word for a copy that it has not let go since, by group, then node. */
  private readonly receipts = new Map<number, Map<string, number>>()
  private readonly died: Array<{ at: number, groups: Set<number> }> = []
  releases = 0
  evictions = 0
  collected = 0
  /** The first rule that was broken. */
  broken: InvariantError | undefined

  constructor (private readonly now: () => number, private readonly all: EntrySet) {}

  copy (group: SimGroup, node: string): Copy | undefined {
    return this.copies.get(group.id)?.get(node)
  }

  of (group: SimGroup): Map<string, Copy> {
    let copies = this.copies.get(group.id)
    if (copies === undefined) {
      copies = new Map<string, Copy>()
      this.copies.set(group.id, copies)
    }
    return copies
  }

  /** All of it lies there, as far as its node knows. */
  isThere (group: SimGroup, node: string): boolean {
    const copy = this.copy(group, node)
    return copy?.pieces === PIECES && !copy.dropped
  }

  /** Copies that can be read. */
  good (group: SimGroup): number {
    return [...this.of(group).values()].filter(({ pieces, rotten, dropped }) => pieces === PIECES && !rotten && !dropped).length
  }

  promise (group: SimGroup, node: string): void {
    const promises = this.promised.get(group.id) ?? new Map<string, number>()
    this.promised.set(group.id, promises.set(node, this.now()))
  }

  /** A node gave its word once, that it has all of it: it is not bound by that. */
  receipt (group: SimGroup, node: string): void {
    const receipts = this.receipts.get(group.id) ?? new Map<string, number>()
    this.receipts.set(group.id, receipts.set(node, this.now()))
  }

  vouch (group: SimGroup, node: string): void {
    this.vouched.set(`${node} ${group.id}`, this.now())
  }

  /** A node's disk is gone for good. */
  die (node: string): void {
    const groups = new Set<number>()
    for (const [id, copies] of this.copies) {
      const copy = copies.get(node)
      if (copy !== undefined && copy.pieces === PIECES && !copy.dropped) groups.add(id)
      copies.delete(node)
    }
    this.died.push({ at: this.now(), groups })
  }

  /**
   * A release leaves `copies` others (an eviction one), and breaks no promise. The design's "no release takes a group below
   * `copies`" can be kept only as far as promises go: a disk that breaks, a block that rots or a liar that throws half away
   * between its promise and the release is no fault of who releases. So another counts whose copy is whole, or that
   * promised within the time in which promises count and lost it otherwise than by letting go: that would break the
   * second rule, here, for the one that did. An eviction leans on a word alone, that of a liar too. Of a liar a promise is worth nothing without the proofs that were drawn.
   */
  release (group: SimGroup, node: string, evicted: boolean): void {
    const now = this.now()
    const need = evicted ? 1 : group.copies
    const promises = this.promised.get(group.id) ?? new Map<string, number>()
    const lately = (at: number | undefined): boolean => now - (at ?? -Infinity) <= PROMISES_WITHIN_MS * (1 + MAX_DRIFT)
    let left = 0
    for (const other of new Set([...this.of(group).keys(), ...promises.keys(), ...this.receipts.get(group.id)?.keys() ?? []])) {
      if (other === node) continue
      const copy = this.copy(group, other)
      const vouched = copy?.dropped !== true || lately(this.vouched.get(`${other} ${group.id}`))
      const word = evicted && lately(this.receipts.get(group.id)?.get(other))
      if (this.isThere(group, other) || (lately(promises.get(other)) && vouched) || word) left++
    }
    if (left < need) this.breaks(`${node} released group ${group.id} at ${now}: ${left} others have it, ${need} must`)
    const since = now - (promises.get(node) ?? -Infinity)
    if (since < PROMISE_MS * (1 - MAX_DRIFT)) this.breaks(`${node} released group ${group.id} at ${now}, ${since} ms after it promised to keep it`)
    this.of(group).delete(node)
    this.receipts.get(group.id)?.delete(node)
    if (evicted) this.evictions++
    else this.releases++
  }

  /** No block of a live version is collected: neither by the node's own set, nor by all entries together. */
  collect (group: SimGroup, node: string, known: EntrySet): void {
    const { version } = group
    if (known.isLive(version)) this.breaks(`${node} collected group ${group.id}, which it knows to be live`)
    if (this.all.isLive(version)) this.breaks(`${node} collected group ${group.id}${version.acked ? ', acknowledged' : ''}, which is live`)
    this.of(group).delete(node)
    this.collected++
  }

  /** A head is never dead. */
  heads (known: EntrySet, who: string): void {
    const [dead] = known.deadHeads()
    if (dead !== undefined) this.breaks(`a head of name ${dead.tag} is dead to ${who}`)
  }

  /** Groups of versions that count, and how many copies of each can be read. */
  counts (versions: Iterable<Version>): number[] {
    return [...versions].filter((version) => this.all.isLive(version)).flatMap(({ groups }) => groups.map((group) => this.good(group)))
  }

  /**
   * Groups of acknowledged versions that count and that nobody can read. Those of which `durable` disks broke for good are
   * what can happen; any other one was lost by a fault.
   */
  lost (versions: Iterable<Version>, durable: number): { broken: number, unexplained: SimGroup[] } {
    const lost = [...versions].filter((version) => version.acked && this.all.isLive(version)).flatMap(({ groups }) => groups.filter((group) => this.good(group) === 0))
    const unexplained = lost.filter(({ id }) => this.died.filter(({ groups }) => groups.has(id)).length < durable)
    return { broken: lost.length - unexplained.length, unexplained }
  }

  private breaks (rule: string): void {
    this.broken ??= new InvariantError(rule)
  }
}
