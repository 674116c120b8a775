import { MemoryBook } from './memory-book.js'
import type { AuditPort, Clock, PlacedVersion, MemberView, Proof } from '../../../src/replication/placement/types.js'
import { VirtualTime } from '../../sim/virtual-time.js'

export const group = (id: number, more: Partial<PlacedVersion> = {}): PlacedVersion => ({ id, slot: id, copies: 3, bytes: 1000, ...more })

/** What one node believes, to be changed by a test. The order is the same for every slot. */
export class Scene {
  readonly time = new VirtualTime()
  readonly groups: PlacedVersion[] = []
  readonly absent = new Set<string>()
  readonly full = new Set<string>()
  readonly operators = new Map<string, string>()
  island = false
  order: string[]
  readonly view: MemberView
  readonly book: MemoryBook

  constructor (order: string, readonly self: string, more: { commit?: <T>(apply: () => T) => Promise<T>, youngMs?: number, origin?: number } = {}) {
    this.order = order.split(' ')
    const origin = more.origin ?? 0
    this.clock = { now: () => origin + this.time.now, after: (ms, fn) => this.time.after(ms, fn) }
    this.view = {
      self,
      size: 0,
      order: () => this.order,
      operator: (peer) => this.operators.get(peer) ?? '',
      present: (peer) => this.island || !this.absent.has(peer),
      accepting: (peer) => !this.full.has(peer),
      island: false
    }
    Object.defineProperties(this.view, { size: { get: () => this.order.length }, island: { get: () => this.island } })
    this.book = new MemoryBook({ now: this.clock.now, inSlot: (slot) => this.groups.filter((one) => one.slot === slot), ...more })
  }

  readonly clock: Clock

  /** Lets what is planned until then happen. */
  async pass (ms: number): Promise<void> {
    await this.time.runUntil(this.time.now + ms, () => {})
    await settled()
  }
}

export async function settled (): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve) })
}

type States = Record<string, Awaited<ReturnType<AuditPort['have']>>[number]['state']>

/** Members that answer as the test says; who is not named is not reached. */
export class FakePort implements AuditPort {
  states: States = {}
  doubts: Record<string, number> = {}
  promises: Record<string, Awaited<ReturnType<AuditPort['keep']>>> = {}
  verdicts: Record<string, Proof['verdict'] | undefined> = {}
  looks: Record<string, 'good' | 'bad' | 'missing'> = {}
  readonly asked: string[] = []
  /** This node has no good copy to compare with. */
  blind = false

  have: AuditPort['have'] = async (peer, groups) => {
    this.asked.push(`have ${peer} ${groups.map(({ id }) => id).join()}`)
    const state = this.states[peer]
    if (state === undefined) throw new Error('not reached')
    return groups.map(() => state === 'coming' ? { state, percent: 1 } : state === 'held' ? { state, doubts: this.doubts[peer] ?? 0 } : { state })
  }

  keep: AuditPort['keep'] = async (peer) => {
    this.asked.push(`keep ${peer}`)
    const answer = this.promises[peer]
    if (answer === undefined) throw new Error('not reached')
    return answer
  }

  prove: AuditPort['prove'] = async (peer, _group, count) => {
    this.asked.push(`prove ${peer} ${count}`)
    if (this.blind) return undefined
    const verdict = this.verdicts[peer]
    if (verdict === undefined) throw new Error('not reached')
    return [{ block: 1, verdict: 'PROVED' }, { block: 2, verdict }]
  }

  look: AuditPort['look'] = async (peer, proof) => {
    this.asked.push(`look ${peer} ${String(proof.block)}`)
    const look = this.looks[peer]
    if (look === undefined) throw new Error('not reached')
    return look
  }
}
