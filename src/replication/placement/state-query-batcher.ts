import { MAX_GROUPS } from '../../../protocols/audit/constants.js'
import type { ReplicaState } from './replica-state.js'
import type { AuditPort, Clock, PlacedVersion } from './types.js'

/** Questions to one member wait so long for others to go with them, but no longer than a small part of offlineGrace. */
export const GATHER_MS = 10_000
export const GATHER_SHARE = 100

export interface StateQueryBatcherParts {
  book: Pick<ReplicaState, 'hear' | 'unanswered'>
  port: Pick<AuditPort, 'have'>
  clock: Clock
  offlineGraceMs: number
  /** All that were asked about this group have answered, or will not. */
  answered: (group: PlacedVersion) => void
}

/** Asks members what they have, many groups in one question, each at most once at a time. */
export class StateQueryBatcher {
  private readonly gathering = new Map<string, Map<number, PlacedVersion>>()
  /** How many answers are still open, by group. */
  private readonly open = new Map<number, number>()
  private stopped = false

  constructor (private readonly parts: StateQueryBatcherParts) {}

  /** True while answers about it are open: `answered` will be called. */
  asks (group: PlacedVersion): boolean {
    return this.open.has(group.id)
  }

  ask (group: PlacedVersion, peers: readonly string[]): void {
    if (peers.length === 0 || this.open.has(group.id)) return
    this.open.set(group.id, peers.length)
    for (const peer of peers) {
      let groups = this.gathering.get(peer)
      if (groups === undefined) {
        groups = new Map<number, PlacedVersion>()
        this.gathering.set(peer, groups)
        this.parts.clock.after(Math.min(GATHER_MS, this.parts.offlineGraceMs / GATHER_SHARE), () => { void this.flush(peer) })
      }
      groups.set(group.id, group)
    }
  }

  stop (): void {
    this.stopped = true
    this.gathering.clear()
    this.open.clear()
  }

  /** Never rejects: a member that does not answer has not answered. */
  private async flush (peer: string): Promise<void> {
    const groups = [...this.gathering.get(peer)?.values() ?? []]
    this.gathering.delete(peer)
    for (let at = 0; at < groups.length; at += MAX_GROUPS) await this.question(peer, groups.slice(at, at + MAX_GROUPS))
  }

  private async question (peer: string, groups: PlacedVersion[]): Promise<void> {
    const { port, book, clock } = this.parts
    try {
      const states = await port.have(peer, groups)
      for (const [i, group] of groups.entries()) {
        const state = states[i]
        if (state !== undefined) book.hear(group, peer, state, clock.now())
      }
    } catch {
      // offline, busy or broken: none of that says anything about the group
      for (const group of groups) book.unanswered(group, peer, clock.now())
    }
    if (this.stopped) return
    for (const group of groups) {
      const left = (this.open.get(group.id) ?? 1) - 1
      if (left > 0) {
        this.open.set(group.id, left)
        continue
      }
      this.open.delete(group.id)
      this.parts.answered(group)
    }
  }
}
