/** How many copies there are of what the vault holds, as members that are present say. It decides nothing: it is for people. */
import { MAX_GROUPS } from '../../../protocols/audit/constants.js'
import type { CopiesStatus } from '../../api/node.js'
import type { ReplicaState } from './replica-state.js'
import { byPeer } from './by-peer.js'
import { copiesWanted, NEXT } from './desired-state.js'
import { NumberSet } from './number-set.js'
import type { AuditPort, Clock, PlacedVersion, MemberView } from './types.js'

/** Between two pages, so that a million groups take an hour and a quarter. */
const PAGE_MS = 1000
/** Pages of the first count that need not wait: a small vault is counted at once. */
const PAGES_AT_ONCE = 16
/** Where too few of the first of an order hold a group, so many of them are asked. */
const FURTHER = 16
/** Groups with too few copies that are remembered one by one. */
const KEPT = 100_000

export interface CensusParts {
  view: Pick<MemberView, 'self' | 'size' | 'order' | 'present'>
  book: Pick<ReplicaState, 'own' | 'distrusted'>
  port: Pick<AuditPort, 'have'>
  clock: Clock
  /** This node could take a copy of a group that it does not hold. */
  takes: (group: PlacedVersion) => boolean
  /** All groups of live versions. */
  groups: () => Iterable<PlacedVersion>
  /** The group as it is now; undefined when nothing live is left of it. */
  current: (group: PlacedVersion) => PlacedVersion | undefined
  /** From the end of one count of everything to the next, milliseconds. */
  periodMs: number
  /** The same of what had too few copies, or is new. */
  againMs: number
  /** How long groups have too few before it is told, milliseconds. */
  tellMs: number
  /** More groups than before have had too few for `tellMs`; or (true) none has any more. */
  changed: (ok: boolean) => void
  onError: (error: unknown) => void
}

interface Bad { group: PlacedVersion, level: keyof CopiesStatus, since: number, stuck: boolean }
/** What was found of a group: copies; who could make one, or was not heard; who said that it cannot. */
interface Found { copies: number, open: number, cannot: number }

export class Census {
  /** By their ids: a root that comes again, under another name or once more under its own, is no further version. */
  private counted = new NumberSet()
  private readonly bad = new Map<number, Bad>()
  private readonly fresh = new Map<number, PlacedVersion>()
  private told = 0
  private soon = false
  private stopped = false
  private done: number | undefined

  constructor (private readonly parts: CensusParts) {}

  start (): void {
    this.later(Math.min(this.parts.againMs, this.parts.periodMs))
  }

  stop (): void {
    this.stopped = true
  }

  /** When all was counted last, by the clock; undefined before that. */
  get at (): number | undefined { return this.done }

  get copies (): CopiesStatus {
    const copies = { ok: this.counted.size, low: 0, atRisk: 0, lost: 0 }
    for (const { level } of this.bad.values()) {
      copies.ok--
      copies[level]++
    }
    copies.ok = Math.max(0, copies.ok)
    return copies
  }

  /** Versions with too few copies of which nobody that is here can take one. */
  get stuck (): number {
    return [...this.bad.values()].filter(({ stuck }) => stuck).length
  }

  /** Its entry came. */
  learn (group: PlacedVersion): void {
    if (this.fresh.size < KEPT) this.fresh.set(group.id, group)
  }

  /** Members came or went: all is counted anew before long. */
  turned (): void {
    this.soon = true
  }

  private later (ms: number): void {
    const { clock, periodMs } = this.parts
    clock.after(ms, () => {
      if (this.stopped) return
      const all = this.soon || this.done === undefined || clock.now() - this.done >= periodMs
      void (all ? this.all() : this.some()).then(() => { this.tell() }).catch((error: unknown) => {
        if (!this.stopped) this.parts.onError(error)
      }).then(() => {
        if (!this.stopped) this.later(this.parts.againMs)
      })
    })
  }

  private async all (): Promise<void> {
    this.soon = false
    this.fresh.clear()
    const seen = new NumberSet()
    let pages = 0
    let page: PlacedVersion[] = []
    const flush = async (): Promise<void> => {
      await this.count(page)
      page = []
      if (++pages > PAGES_AT_ONCE) await this.pause()
    }
    for (const group of this.parts.groups()) {
      if (this.stopped) return
      seen.add(group.id)
      page.push(group)
      if (page.length === MAX_GROUPS) await flush()
    }
    await flush()
    for (const id of this.bad.keys()) if (!seen.has(id)) this.bad.delete(id)
    this.counted = seen
    this.done = this.parts.clock.now()
  }

  /** Those that had too few, and new ones. */
  private async some (): Promise<void> {
    const groups = [...this.bad.values()].map(({ group }) => group)
    for (const group of this.fresh.values()) {
      this.counted.add(group.id)
      if (!this.bad.has(group.id)) groups.push(group)
    }
    this.fresh.clear()
    for (let from = 0; from < groups.length && !this.stopped; from += MAX_GROUPS) {
      const page = groups.slice(from, from + MAX_GROUPS).flatMap((group) => {
        const now = this.parts.current(group)
        if (now === undefined) {
          this.bad.delete(group.id)
          this.counted.delete(group.id)
        }
        return now ?? []
      })
      await this.count(page)
      if (from / MAX_GROUPS >= PAGES_AT_ONCE) await this.pause()
    }
  }

  private async count (groups: readonly PlacedVersion[]): Promise<void> {
    const { view, clock } = this.parts
    const wanted = (group: PlacedVersion): number => copiesWanted(group, view)
    const found = new Map(groups.map((group) => [group.id, this.here(group)]))
    const few = (group: PlacedVersion): boolean => (found.get(group.id)?.copies ?? 0) < wanted(group)
    await this.ask(groups, (group) => [0, wanted(group) + NEXT], found)
    await this.ask(groups.filter(few), (group) => [wanted(group) + NEXT, FURTHER], found)
    const now = clock.now()
    for (const group of groups) {
      const { copies, open, cannot } = found.get(group.id) ?? { copies: 0, open: 0, cannot: 0 }
      if (!few(group)) this.bad.delete(group.id)
      else if (this.bad.size < KEPT || this.bad.has(group.id)) {
        this.bad.set(group.id, { group, level: copies >= 2 ? 'low' : copies === 1 ? 'atRisk' : 'lost', since: this.bad.get(group.id)?.since ?? now, stuck: copies > 0 && open === 0 && cannot > 0 && view.order(group.slot, FURTHER + 1).length <= FURTHER })
      }
    }
  }

  /** Members in these places of each group's order: from the first, up to the second. */
  private async ask (groups: readonly PlacedVersion[], places: (group: PlacedVersion) => [from: number, to: number], found: Map<number, Found>): Promise<void> {
    const { view, port, book } = this.parts
    const asked = byPeer(groups, (group) => {
      const [from, to] = places(group)
      return view.order(group.slot, to).slice(from, to).filter((peer) => peer !== view.self && view.present(peer) && !book.distrusted(group, peer))
    })
    await Promise.all([...asked].map(async ([peer, list]) => {
      try {
        const states = await port.have(peer, list)
        for (const [i, group] of list.entries()) {
          const state = states[i]?.state
          this.note(found.get(group.id), state === 'held' ? 'copies' : state === 'cannot' ? 'cannot' : 'open')
        }
      } catch {
        // not reached, or busy: its copies count for nothing now, and are asked about again
        for (const group of list) this.note(found.get(group.id), 'open')
      }
    }))
  }

  private here (group: PlacedVersion): Found {
    const found = { copies: 0, open: 0, cannot: 0 }
    this.note(found, this.parts.book.own(group).have === 'held' ? 'copies' : this.parts.takes(group) ? 'open' : 'cannot')
    return found
  }

  private note (found: Found | undefined, what: keyof Found): void {
    if (found !== undefined) found[what]++
  }

  private tell (): void {
    const now = this.parts.clock.now()
    const bad = [...this.bad.values()].filter(({ since }) => now - since >= this.parts.tellMs).length
    if (bad > this.told) this.parts.changed(false)
    else if (this.told > 0 && this.bad.size === 0) this.parts.changed(true)
    if (bad > this.told || this.bad.size === 0) this.told = bad
  }

  private async pause (): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.parts.clock.after(PAGE_MS, () => { resolve(undefined) })
    await promise
  }
}
