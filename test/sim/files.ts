/** Versions of files as entries, each node's set of them, and what the set says is live: by the code of protocols/vault. */
import type { CID } from 'multiformats/cid'
import { encode } from '../../protocols/block/cbor.js'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { sha256, u64 } from '../../protocols/block/hash.js'
import { slotOf } from '../../protocols/placement/slot.js'
import { applyHistory, liveVersions, nextAfter, type HistoryEntry } from '../../protocols/vault/history.js'
import type { PlacedGroup } from '../../src/replication/placement/sqlite-replica-state.js'
import type { PlacedVersion } from '../../src/replication/placement/types.js'

/** One root, as the node holds a version whole; several of one version are live and dead together. `id` is that of the world, others name it by `root`. */
export interface SimGroup extends PlacedGroup {
  readonly version: Version
  readonly cid: CID
  readonly entry: { readonly id: Uint8Array, readonly seq: number, readonly signed: Uint8Array }
}
export interface Version extends HistoryEntry { readonly n: number, readonly tag: number, readonly groups: SimGroup[], acked: boolean }
export interface Forget { readonly n: number, readonly kind: 'forget', readonly id: Uint8Array, readonly tag: number, readonly versions: Uint8Array[] }
export type Entry = Version | Forget

const keyOf = (root: Uint8Array): string => Buffer.from(root).toString('latin1')
const idOf = (n: number): Uint8Array => sha256(new TextEncoder().encode('entry'), u64(n))

/** All entries that were ever written. */
export class Entries {
  readonly list: Entry[] = []
  readonly groups: SimGroup[] = []
  private readonly roots = new Map<string, SimGroup>()

  byRoot (root: Uint8Array): SimGroup {
    const group = this.roots.get(keyOf(root))
    if (group === undefined) throw new Error('no such group')
    return group
  }

  /** As a node names it. */
  of (group: PlacedVersion): SimGroup {
    return this.byRoot((group as PlacedGroup).root)
  }

  /** A put (or, without sizes, a delete) by a node that knows `known`. */
  version (tag: number, known: EntrySet, sizes: readonly number[], copies: number, spread: number): Version {
    const next = nextAfter({ heads: known.heads(tag) })
    const n = this.list.length
    const version: Version = { n, id: idOf(n), kind: sizes.length === 0 ? 'delete' : 'put', tag, groups: [], acked: false, ...next }
    for (const [index, bytes] of sizes.entries()) {
      const id = this.groups.length
      const seed = sha256(u64(tag * 1_000_003 + spread), u64(index)).subarray(0, 16)
      const cid = cidOf(DAG_CBOR, u64(id))
      const entryId = sha256(idOf(n), u64(index))
      const signed = encode([encode({ seed, copies }), entryId, entryId])
      const group: SimGroup = { id, slot: slotOf(seed, 0), copies, bytes, version, cid, root: cid.bytes, entry: { id: entryId, seq: id, signed } }
      this.groups.push(group)
      this.roots.set(keyOf(cid.bytes), group)
      version.groups.push(group)
    }
    this.list.push(version)
    return version
  }

  forget (tag: number, versions: Uint8Array[]): Forget {
    const n = this.list.length
    const forget: Forget = { n, kind: 'forget', id: idOf(n), tag, versions }
    this.list.push(forget)
    return forget
  }
}

interface Tag { entries: Entry[], live: Set<Version>, heads: Version[] }

/** The entries that one node knows, or all of them. */
export class EntrySet {
  readonly known = new Set<number>()
  private readonly tags = new Map<number, Tag>()
  private readonly slots = new Map<number, Set<SimGroup>>()
  private sorted: number[] | undefined

  /** What changes liveness: versions that are live now, and that are dead now. */
  learn (entry: Entry): { live: Version[], dead: Version[] } {
    if (this.known.has(entry.n)) return { live: [], dead: [] }
    this.known.add(entry.n)
    const tag = this.tags.get(entry.tag) ?? { entries: [], live: new Set<Version>(), heads: [] }
    this.tags.set(entry.tag, tag)
    tag.entries.push(entry)
    const history = applyHistory(tag.entries.filter((one) => one.kind !== 'forget'))
    const live = new Set(liveVersions(history, tag.entries.filter((one) => one.kind === 'forget')))
    const change = { live: [...live].filter((one) => !tag.live.has(one)), dead: [...tag.live].filter((one) => !live.has(one)) }
    if (entry.kind === 'put' && !live.has(entry)) change.dead.push(entry)
    tag.live = live
    tag.heads = history.heads
    for (const { groups } of change.live) for (const group of groups) this.slot(group).add(group)
    for (const { groups } of change.dead) for (const group of groups) this.slot(group).delete(group)
    return change
  }

  heads (tag: number): Version[] {
    return this.tags.get(tag)?.heads ?? []
  }

  /** Versions of a tag that could be forgotten: live, and no heads. */
  old (tag: number): Version[] {
    const of = this.tags.get(tag)
    return of === undefined ? [] : [...of.live].filter((one) => !of.heads.includes(one))
  }

  isLive (version: Version): boolean {
    return this.tags.get(version.tag)?.live.has(version) === true
  }

  /** A head that is a put and not live: never. */
  deadHeads (): Version[] {
    return [...this.tags.values()].flatMap(({ heads, live }) => heads.filter((one) => one.kind === 'put' && !live.has(one)))
  }

  inSlot (slot: number): Iterable<SimGroup> {
    return this.slots.get(slot) ?? []
  }

  slotsIn (from: number, to: number): number[] {
    this.sorted ??= [...this.slots.keys()].sort((a, b) => a - b)
    return this.sorted.filter((slot) => slot >= from && slot < to)
  }

  private slot ({ slot }: PlacedVersion): Set<SimGroup> {
    let groups = this.slots.get(slot)
    if (groups === undefined) {
      groups = new Set<SimGroup>()
      this.slots.set(slot, groups)
      this.sorted = undefined
    }
    return groups
  }
}
