import type { SimNode } from './node.js'

const HOUR = 3600e3
/** As in the node (src/vault/members/presence.ts): what was an hour ago, and for how long an island waits. */
const ISLAND_MS = 24 * HOUR
const SMALL_VAULT = 3
/** A member further behind in an order changes nothing there, as long as those before it are there. */
export const MARK_FURTHER = 5
export const HEARTBEAT_MS = 5 * 60_000

/**
 * Who is present to one node: a record of it came within offlineGrace. Time counts only while this node is awake and has
 * a link. Looked at with each heartbeat of the world; src/vault/members/presence.ts does the same for real records.
 */
export class SimPresence {
  island = false
  private counted = 0
  private readonly heard = new Map<string, number>()
  private readonly absent = new Set<string>()
  private notes: Array<{ at: number, present: Set<string> }> = []
  private before = new Set<string>()
  private since = 0

  constructor (private readonly node: SimNode, private readonly graceMs: number) {}

  present (peer: string): boolean {
    return this.island || !this.absent.has(peer)
  }

  /** After a start all are present for one offlineGrace. */
  started (): void {
    this.counted = 0
    this.heard.clear()
    this.absent.clear()
    this.notes = []
    this.island = false
  }

  /** The time that it slept does not count. */
  woke (): void { /* beats while it slept did not reach it */ }

  /** One heartbeat of everybody who is reached. */
  beat (reached: readonly SimNode[]): void {
    const { node } = this
    if (reached.length > 0) this.counted += HEARTBEAT_MS
    for (const { name } of reached) this.heard.set(name, this.counted)
    for (const { peer } of node.members) {
      if (peer === node.name) continue
      const absent = this.counted - (this.heard.get(peer) ?? 0) >= this.graceMs
      if (absent === this.absent.has(peer)) continue
      if (absent) this.absent.add(peer)
      else this.absent.delete(peer)
      this.changed(peer)
    }
    this.lookForIsland()
  }

  /** Marks the slots in whose head it stands. */
  private changed (peer: string): void {
    const { node } = this
    for (const slot of node.entries.slotsIn(0, Infinity)) {
      if (node.order(slot).indexOf(peer) < node.world.options.copies + MARK_FURTHER) node.life?.reconcile.mark(slot, 'member')
    }
  }

  private lookForIsland (): void {
    const members = new Set(this.node.members.map(({ peer }) => peer))
    if (members.size <= SMALL_VAULT) return
    this.notes.push({ at: this.counted, present: new Set([...members].filter((peer) => !this.absent.has(peer))) })
    while (this.notes.length > 1 && this.counted - (this.notes[1]?.at ?? 0) >= HOUR) this.notes.shift()
    const cutOff = (before: ReadonlySet<string>): boolean => {
      const awaited = [...before].filter((peer) => members.has(peer))
      return 2 * awaited.filter((peer) => !this.absent.has(peer)).length < awaited.length
    }
    const [oldest] = this.notes
    if (!this.island && oldest !== undefined && cutOff(oldest.present)) {
      this.island = true
      this.before = oldest.present
      this.since = this.counted
    } else if (this.island && (!cutOff(this.before) || this.counted - this.since >= ISLAND_MS)) {
      this.island = false
      for (const slot of this.node.entries.slotsIn(0, Infinity)) this.node.life?.reconcile.mark(slot, 'member')
    }
  }
}
