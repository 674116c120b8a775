/** Brings what this node holds to what it should hold, a few groups at a time, those with fewest copies first. */
import type { ReplicaState, Reason } from './replica-state.js'
import { StateQueryBatcher } from './state-query-batcher.js'
import { dutyOf, NEXT, NEXT_IN_WALK, NOT_ASKED_MS, type Duty } from './desired-state.js'
import { FETCH_AGAIN_MAX_MS, FETCH_AGAIN_MIN_MS, FETCHES_AT_ONCE, FetchQueue } from './fetch-queue.js'
import type { AuditPort, Clock, PlacedVersion, MemberView, Random, Tell } from './types.js'

/** Groups that are looked at in one go. */
export const GROUPS_AT_ONCE = 256
/** An answer this young is not asked for again. */
export const FRESH_MS = 10 * 60_000
/** Repair begins after a random part of offlineGrace divided by this. */
export const REPAIR_SHARE = 4

export interface ReconcileParts {
  view: MemberView
  book: ReplicaState
  port: Pick<AuditPort, 'have'>
  clock: Clock
  random: Random
  offlineGraceMs: number
  /** @default none */
  tell?: Tell
  /** Groups that are handed to `fetch` at once. @default FETCHES_AT_ONCE */
  fetchesAtOnce?: number
  /**
   * Fetches all of a group and commits it as held, going on from the blocks that are here. Tells the share in percent;
   * throws what kept it from being done, no room too.
   */
  fetch: (group: PlacedVersion, onPercent: (percent: number) => void) => Promise<void>
}

/** The state of one group's repair: waiting for its time, or past it and waiting for answers. */
type Repair = { cancel: () => void } | 'due'

export class Reconcile {
  readonly queue = new FetchQueue()
  private readonly asking: StateQueryBatcher
  private readonly repairs = new Map<number, Repair>()
  private readonly fetching = new Set<number>()
  /** After a fetch that failed. */
  private readonly pauses = new Map<number, { until: number, ms: number }>()
  private readonly young = new Set<number>()
  /** Groups that a walk looks at: what comes of its questions is judged as they were asked. */
  private readonly walked = new Set<number>()
  private turning = false
  private stopped = false

  constructor (private readonly parts: ReconcileParts) {
    this.asking = new StateQueryBatcher({ ...parts, answered: (group) => { this.consider(group, { reason: 'answer' }) } })
  }

  /** What runs ends by itself; nothing begins any more. */
  stop (): void {
    this.stopped = true
    this.asking.stop()
    for (const repair of this.repairs.values()) if (repair !== 'due') repair.cancel()
    this.repairs.clear()
  }

  /** Something changed in a slot. `copies`: fewest that are known of a group in it, if the caller knows. */
  mark (slot: number, reason: Reason, copies = 8): void {
    this.parts.book.mark(slot, reason, copies)
    this.turnSoon()
  }

  private pump (): void {
    while (!this.stopped && this.fetching.size < (this.parts.fetchesAtOnce ?? FETCHES_AT_ONCE)) {
      const group = this.queue.take()
      if (group === undefined) return
      void this.fetch(group)
    }
  }

  /** Groups being fetched and waiting to be. */
  get busy (): { fetching: number, waiting: number, repairs: number } {
    return { fetching: this.fetching.size, waiting: this.queue.size, repairs: this.repairs.size }
  }

  private turnSoon (): void {
    if (this.turning || this.stopped) return
    this.turning = true
    this.parts.clock.after(0, () => {
      this.turning = false
      if (this.stopped) return
      const slots = this.parts.book.take(GROUPS_AT_ONCE)
      for (const { slot, reason } of slots) {
        for (const group of this.parts.book.inSlot(slot)) this.consider(group, { reason })
      }
      if (slots.length > 0) this.turnSoon()
    })
  }

  private consider (group: PlacedVersion, { reason }: { reason: Reason | 'answer' }): void {
    if (this.stopped) return
    const { view, book, clock } = this.parts
    const { have, away } = book.own(group)
    if (have === 'leaving') return
    const now = clock.now()
    const due = this.repairs.get(group.id) === 'due'
    if (reason === 'walk') this.walked.add(group.id)
    else if (reason !== 'answer') this.walked.delete(group.id)
    const options = { now, next: this.next(group) }
    const duty = dutyOf(group, view, book, reason === 'answer' ? options : { ...options, freshFrom: now - FRESH_MS })
    if (duty.early) this.again(group)
    // of what a question is out for the answers decide
    const asks = duty.hold !== 'rank' && reason !== 'answer' && (duty.ask.length > 0 || this.asking.asks(group))
    if (asks) this.asking.ask(group, duty.ask)
    if (have === 'held') {
      this.forget(group)
      if (asks) return
      this.walked.delete(group.id)
      book.spare(group, duty.hold === undefined, now)
    } else if (away || duty.hold === undefined) {
      if (!asks) this.leaveIt(group)
    } else if (duty.hold === 'rank') {
      this.forget(group)
      this.want(group, duty.known, 'this node stands among the first of its order')
    } else if (!asks) {
      this.repair(group, duty, due)
    }
  }

  private repair (group: PlacedVersion, duty: Duty, due: boolean): void {
    const { view, clock, random, offlineGraceMs } = this.parts
    if (view.island || this.queue.has(group) || this.fetching.has(group.id)) return
    // many look at it in a walk: they must not all begin at once
    const last = duty.known <= 1 && !this.walked.has(group.id)
    if (due || last) {
      this.forget(group)
      this.want(group, duty.known, 'repair, since too few of the members before this one in its order are present and have it')
    } else if (!this.repairs.has(group.id)) {
      // one after the other: two that ask at the same time both hear that nobody has begun
      this.parts.tell?.(group, 'too few copies are left; this node waits for members that come before it in the order')
      const share = (Math.min(duty.after, this.next(group) - 1) + random()) / this.next(group)
      this.repairs.set(group.id, { cancel: clock.after(share * offlineGraceMs / REPAIR_SHARE, () => { this.due(group) }) })
    }
  }

  /** Its time has come: whoever was before this node may have begun by now. */
  private due (group: PlacedVersion): void {
    this.repairs.set(group.id, 'due')
    this.askAnew(group)
  }

  /** Whatever was answered before. */
  private askAnew (group: PlacedVersion): void {
    if (this.stopped) return
    const { view, book, clock } = this.parts
    const duty = dutyOf(group, view, book, { now: clock.now(), freshFrom: clock.now(), next: this.next(group) })
    if (duty.ask.length === 0) this.consider(group, { reason: 'answer' })
    else this.asking.ask(group, duty.ask)
  }

  private next ({ id }: PlacedVersion): number {
    return this.walked.has(id) ? NEXT_IN_WALK : NEXT
  }

  private want (group: PlacedVersion, known: number, why: string): void {
    const { book, clock } = this.parts
    if (this.fetching.has(group.id) || clock.now() < (this.pauses.get(group.id)?.until ?? -Infinity)) return
    if (!this.queue.has(group)) {
      this.parts.tell?.(group, 'is wanted here: %s', why)
      book.coming(group, 0)
    }
    this.queue.add(group, known)
    this.pump()
  }

  /** Not this node's to hold any more: what has begun goes on, and is spare then. */
  private leaveIt (group: PlacedVersion): void {
    this.forget(group)
    this.walked.delete(group.id)
    if (this.queue.remove(group)) this.parts.book.coming(group, undefined)
  }

  private forget (group: PlacedVersion): void {
    const repair = this.repairs.get(group.id)
    this.repairs.delete(group.id)
    if (repair !== undefined && repair !== 'due') repair.cancel()
  }

  /** Looks at it again when members that were not asked count no more. */
  private again (group: PlacedVersion): void {
    if (this.young.has(group.slot)) return
    this.young.add(group.slot)
    this.parts.clock.after(NOT_ASKED_MS, () => {
      this.young.delete(group.slot)
      this.mark(group.slot, 'entry')
    })
  }

  /** Never rejects. */
  private async fetch (group: PlacedVersion): Promise<void> {
    const { book, fetch, clock } = this.parts
    this.fetching.add(group.id)
    try {
      await fetch(group, (percent) => { book.coming(group, percent) })
      this.pauses.delete(group.id)
      // held, or put away meanwhile: either way nothing comes
      book.coming(group, undefined)
    } catch {
      // nobody has it, no room, the disk: whoever is asked is told, and why() says what the fetch itself reported
      book.coming(group, undefined)
      const ms = Math.min(FETCH_AGAIN_MAX_MS, 2 * (this.pauses.get(group.id)?.ms ?? FETCH_AGAIN_MIN_MS / 2))
      this.pauses.set(group.id, { until: clock.now() + ms, ms })
      clock.after(ms, () => { this.consider(group, { reason: 'entry' }) })
    } finally {
      this.fetching.delete(group.id)
    }
    if (this.stopped) return
    this.consider(group, { reason: 'entry' })
    // another may have made the same copy at the same time: one of the two is spare, and finds it out when it asks once more
    if (dutyOf(group, this.parts.view, book, { now: clock.now() }).hold === 'repair') clock.after(this.parts.offlineGraceMs / REPAIR_SHARE, () => { this.askAnew(group) })
    this.pump()
  }
}
