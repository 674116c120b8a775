/** Holders challenge each other at random (protocols/audit/README.md). Verdicts are this node's own and go nowhere. */
import type { ReplicaState, Verdict } from './replica-state.js'
import { byPeer } from './by-peer.js'
import type { AuditPort, Clock, PlacedVersion, MemberView, Proof, Random } from './types.js'

/** Rounds begin so far apart, give or take half. */
export const ROUND_MS = 3600e3
/** Held groups that a round draws, and members that it asks about them. */
export const GROUPS_A_ROUND = 64
export const MEMBERS_A_ROUND = 8
/** Of one member: groups that a round looks at, and random ranges of each. */
export const GROUPS_A_MEMBER = 16
export const RANGES_A_GROUP = 4
/** Behind the first `copies` so many members of an order may hold a group too. */
const NEXT_HOLDERS = 2
/** A distrusted group is audited whole after this, doubled each time up to the second. */
export const AGAIN_MS = 3600e3
export const AGAIN_MOST_MS = 24 * 3600e3

export interface AuditLoopParts {
  view: MemberView
  book: Pick<ReplicaState, 'own' | 'hear' | 'unanswered' | 'distrusted' | 'distrust' | 'trust' | 'distrusts' | 'sample'>
  port: Pick<AuditPort, 'have' | 'prove' | 'look'>
  clock: Clock
  random: Random
  /** A member has not what it said, or bad bytes of it, or (undefined) is trusted again: the group's slot is to be looked at. */
  found: (group: PlacedVersion, peer: string, verdict: 'missing' | 'wrong' | undefined) => void
}

export class AuditLoop {
  /** Members that failed: each round looks at them too, until one finds nothing. */
  private readonly suspects = new Set<string>()
  private readonly waits = new Map<string, { at: number, ms: number }>()
  private stopped = false

  constructor (private readonly parts: AuditLoopParts) {}

  start (): void {
    const next = (): void => {
      if (this.stopped) return
      // a round that failed says nothing; the next one is another
      void this.round().catch(() => {}).then(() => {
        if (!this.stopped) this.parts.clock.after(ROUND_MS * (0.5 + this.parts.random()), next)
      })
    }
    this.parts.clock.after(ROUND_MS * this.parts.random(), next)
  }

  stop (): void {
    this.stopped = true
  }

  /** Some of what this node holds, at members that should hold it too; then what is distrusted, whole, where its time has come. */
  async round (): Promise<void> {
    const { book, random } = this.parts
    const asked = byPeer(book.sample(GROUPS_A_ROUND, random), (group) => this.chosen(group))
    for (const [peer, groups] of [...asked].slice(0, MEMBERS_A_ROUND + this.suspects.size)) {
      if (this.stopped) return
      await this.member(peer, groups.slice(0, GROUPS_A_MEMBER))
    }
    await this.again()
  }

  /** Asks a member about groups that this node holds, and has it prove those that it says it holds. */
  async member (peer: string, groups: readonly PlacedVersion[]): Promise<void> {
    const { port, book, clock } = this.parts
    let failed = false
    let proved = false
    try {
      const states = await port.have(peer, groups)
      for (const [i, group] of groups.entries()) {
        const state = states[i]
        if (state === undefined || book.distrusted(group, peer)) continue
        book.hear(group, peer, state, clock.now())
        if (state.state !== 'held') continue
        const verdict = await this.group(group, peer, RANGES_A_GROUP)
        if (verdict === 'offline') return
        failed ||= verdict === 'missing' || verdict === 'wrong'
        proved ||= verdict === undefined
      }
    } catch {
      return // not reached: nothing was found
    }
    if (failed) this.suspects.add(peer)
    else if (proved) this.suspects.delete(peer)
  }

  /** Challenges a member about one group; undefined: it proved what it was asked for, or this node has nothing to compare with. */
  async group (group: PlacedVersion, peer: string, count: number | 'all'): Promise<Verdict | undefined> {
    const { port, book } = this.parts
    let proofs: Proof[] | undefined
    try {
      proofs = await port.prove(peer, group, count)
    } catch {
      return 'offline'
    }
    if (proofs === undefined) return undefined
    const verdict = await this.judge(peer, proofs)
    if (verdict === 'missing' || verdict === 'wrong') {
      book.distrust(group, peer, verdict)
      book.hear(group, peer, { state: 'none' }, this.parts.clock.now())
      if (!this.waits.has(keyOf(group, peer))) this.wait(group, peer)
      this.parts.found(group, peer, verdict)
    } else if (verdict === undefined && count === 'all' && book.distrusted(group, peer)) {
      book.trust(group, peer)
      this.waits.delete(keyOf(group, peer))
      this.parts.found(group, peer, undefined)
    }
    return verdict
  }

  /** Wrong only where the block, fetched from the same member, fails its CID; a proof of other bytes is none. */
  private async judge (peer: string, proofs: readonly Proof[]): Promise<Verdict | undefined> {
    let verdict: Verdict | undefined
    for (const proof of proofs) {
      if (proof.verdict === 'PROVED') continue
      if (proof.verdict === 'FAILED') verdict ??= 'unknown'
      else if (proof.verdict === 'NOT_HELD') verdict = 'missing'
      else return await this.look(peer, proof)
    }
    return verdict
  }

  private async look (peer: string, proof: Proof): Promise<Verdict> {
    try {
      return await this.parts.port.look(peer, proof) === 'bad' ? 'wrong' : 'missing'
    } catch {
      return 'missing' // its proof was of other bytes, whether it can be reached now or not
    }
  }

  /** Those that are distrusted and say again that they hold it: a full audit ends that. */
  private async again (): Promise<void> {
    const { book, clock, view, port } = this.parts
    for (const { group, peer } of [...book.distrusts()]) {
      if (this.stopped) return
      if (book.own(group).have !== 'held' || !view.present(peer)) continue
      if (clock.now() < (this.waits.get(keyOf(group, peer))?.at ?? -Infinity)) continue
      this.wait(group, peer)
      try {
        const [state] = await port.have(peer, [group])
        if (state?.state !== 'held') continue
        if (await this.group(group, peer, 'all') === undefined) book.hear(group, peer, state, clock.now())
      } catch {
        continue // not reached: later
      }
    }
  }

  private wait (group: PlacedVersion, peer: string): void {
    const key = keyOf(group, peer)
    const ms = Math.min(AGAIN_MOST_MS, 2 * (this.waits.get(key)?.ms ?? AGAIN_MS / 2))
    this.waits.set(key, { at: this.parts.clock.now() + ms, ms })
  }

  /** One of the members that may hold it, by chance, and every suspect. */
  private chosen (group: PlacedVersion): Set<string> {
    const { view, random } = this.parts
    const count = group.copies === 0 ? view.size : group.copies + NEXT_HOLDERS
    const holders = view.order(group.slot, count).slice(0, count).filter((peer) => peer !== view.self && view.present(peer))
    const peer = holders[Math.floor(random() * holders.length)]
    return new Set([...peer === undefined ? [] : [peer], ...holders.filter((other) => this.suspects.has(other))])
  }
}

const keyOf = (group: PlacedVersion, peer: string): string => `${group.id} ${peer}`
