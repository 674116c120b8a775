/**
 * Lets go of a copy (protocols/audit/README.md) only when `copies` others promised to keep theirs and proved
 * that they have them. So every release leaves `copies` that are there and stay, whatever anybody believes about members,
 * weights or who is alive.
 *
 * What the book must keep for that, and does (book.ts): leaving and promises exclude each other inside one transaction;
 * promises run a full hour again after a restart; leaving is taken back at a start. A book that was made anew (a lost
 * index) knows no promises that were given before, so it refuses `leave` for PROMISE_MS.
 */
import { shortPeer } from '../../log.js'
import type { ReplicaState } from './replica-state.js'
import type { AuditPort, Clock, PlacedVersion, MemberView, Random, Tell } from './types.js'

/** All promises for one release are got within this. A fraction of PROMISE_MS: the rest is for slow clocks and commits. */
export const PROMISES_WITHIN_MS = 10 * 60_000
/** Random ranges that a member proves before its promise counts. */
export const PROOFS = 4
/** After an attempt that failed: a random time between these, doubled with each further one up to the third. */
export const RETRY_MIN_MS = 60_000
export const RETRY_MAX_MS = 10 * 60_000
export const RETRY_MOST_MS = 6 * 3600e3
/** Behind the first `copies` of the order so many more members are asked. */
export const FURTHER = 8
/** An answer this young is not asked for again before an attempt. */
export const FRESH_MS = 10 * 60_000
/** Both are no longer than this many times letGoAfter. */
const RETRY_SHARE = 3
/** After so many attempts that failed, those are asked too that come after this node in the order. */
const ALL_AFTER = 3
/** Groups that are being let go at once. */
export const LEAVING_AT_ONCE = 4
/** How often it is looked for spare copies whose time has come. */
export const LOOK_MS = 5 * 60_000

export interface ReplicaReleaserParts {
  view: MemberView
  book: Pick<ReplicaState, 'leave' | 'stay' | 'drop' | 'own' | 'distrusted' | 'spares' | 'promised' | 'hear' | 'heard' | 'unanswered'>
  port: Pick<AuditPort, 'have' | 'keep' | 'prove'>
  clock: Clock
  random: Random
  /** A spare copy is kept this long while there is room. */
  letGoAfterMs: number
  /** Room is short: spare copies go before their time. */
  pressed: () => boolean
  /** A member promised and did not prove. */
  doubt: (group: PlacedVersion, peer: string) => void
  /** @default none */
  tell?: Tell
  /** It was let go. */
  released?: (group: PlacedVersion) => void
}

/** kept: it stays, and why. */
export type Outcome = 'released' | 'promised' | 'too few members' | 'too few holders' | 'too few promises'

interface Promised { peer: string, /** By the clock, before it was asked. */ at: number }

export class ReplicaReleaser {
  private readonly running = new Set<number>()
  private readonly retries = new Map<number, { at: number, failures: number }>()
  private readonly lookMs: number
  private stopped = false

  constructor (private readonly parts: ReplicaReleaserParts) {
    this.lookMs = Math.min(LOOK_MS, parts.letGoAfterMs / 4)
  }

  start (): void {
    const look = (): void => {
      if (this.stopped) return
      this.look()
      this.parts.clock.after(this.lookMs, look)
    }
    this.parts.clock.after(this.lookMs, look)
  }

  stop (): void {
    this.stopped = true
  }

  /**
   * Begins to let go of spare copies whose time has come, at most LEAVING_AT_ONCE at once: each that went makes way for the
   * next. One that stays does not, so that an hour in which nobody promises costs a few attempts a look and not all of them.
   */
  look (): void {
    const { view, book, clock, letGoAfterMs, pressed } = this.parts
    if (this.stopped || view.island || this.running.size >= LEAVING_AT_ONCE) return
    const now = clock.now()
    const least = pressed() ? 0 : letGoAfterMs
    for (const group of book.spares()) {
      const { spareSince } = book.own(group)
      if (spareSince === undefined || now - spareSince < least || this.running.has(group.id) || now < (this.retries.get(group.id)?.at ?? -Infinity)) continue
      if (this.tooFew(group) || book.promised(group, now)) continue
      // its failures are its own: a transaction that failed leaves the copy
      void this.letGo(group).then((outcome) => { if (outcome === 'released') this.look() }, () => { this.later(group) })
      if (this.running.size >= LEAVING_AT_ONCE) return
    }
  }

  /**
   * One attempt. With no more than `copies` members nothing is ever let go.
   *
   * @throws what the book's transactions throw; the copy is here then
   */
  async letGo (group: PlacedVersion): Promise<Outcome> {
    return this.tooFew(group) ? 'too few members' : this.attempt(group)
  }

  private async attempt (group: PlacedVersion): Promise<Outcome> {
    const { book, clock } = this.parts
    const { copies } = group
    this.running.add(group.id)
    try {
      const holders = this.before(group, await this.holders(group))
      if (holders.length < copies) {
        return this.stays(group, 'too few holders')
      }
      if (!await book.leave(group)) {
        return this.stays(group, 'promised')
      }
      const promises = await this.collect(group, holders)
      const from = Math.min(...promises.map(({ at }) => at))
      const still = (): boolean => this.enough(group, promises) && clock.now() - from <= PROMISES_WITHIN_MS
      if (still() && await book.drop(group, still)) {
        this.retries.delete(group.id)
        if (this.parts.tell !== undefined) this.parts.tell(group, 'was let go: it is spare here, and %s promised to keep it and proved that they have it', promises.map(({ peer }) => shortPeer(peer)).join(', '))
        this.parts.released?.(group)
        return 'released'
      }
      await book.stay(group)
      return this.stays(group, 'too few promises')
    } finally {
      this.running.delete(group.id)
    }
  }

  /**
   * A promise binds its giver for an hour: one that comes after this node, and so should go first, is not asked for it as
   * long as those before may be enough.
   */
  private before (group: PlacedVersion, holders: readonly string[]): readonly string[] {
    if ((this.retries.get(group.id)?.failures ?? 0) >= ALL_AFTER) return holders
    const { view } = this.parts
    // those that are asked stand in this head: a node that does not comes after all of them
    const order = view.order(group.slot, group.copies + FURTHER + 1)
    const own = order.indexOf(view.self)
    return own === -1 ? holders : holders.filter((peer) => order.indexOf(peer) < own)
  }

  /** Members that may hold it and say so, in order. Before anything is committed: mostly it is too early, and nobody is bothered by that. */
  private async holders (group: PlacedVersion): Promise<string[]> {
    const { view, book, port, clock } = this.parts
    const { copies } = group
    const most = copies + FURTHER
    const peers = view.order(group.slot, most + 1).slice(0, most + 1).filter((peer) => peer !== view.self && view.present(peer) && !book.distrusted(group, peer))
    const said = (): string[] => peers.filter((peer) => book.heard(group, peer)?.state === 'held')
    const before = said()
    if (before.length >= copies) return before
    const stale = peers.filter((peer) => clock.now() - (book.heard(group, peer)?.asked ?? -Infinity) > FRESH_MS)
    await Promise.all(stale.map(async (peer) => {
      try {
        const [state] = await port.have(peer, [group])
        if (state !== undefined) book.hear(group, peer, state, clock.now())
      } catch {
        book.unanswered(group, peer, clock.now())
      }
    }))
    return said()
  }

  /** Asks one after the other until enough of them promised and proved. */
  private async collect (group: PlacedVersion, holders: readonly string[]): Promise<Promised[]> {
    const { clock } = this.parts
    let promises: Promised[] = []
    for (const peer of holders) {
      if (this.enough(group, promises) || this.stopped) break
      const at = clock.now()
      if (await this.promises(group, peer)) promises.push({ peer, at })
      promises = promises.filter(({ at }) => clock.now() - at <= PROMISES_WITHIN_MS)
    }
    return promises
  }

  private async promises (group: PlacedVersion, peer: string): Promise<boolean> {
    const { port, book, clock } = this.parts
    try {
      const answer = await port.keep(peer, group)
      if (answer !== 'YES') {
        if (answer !== 'TOO_MANY') book.hear(group, peer, { state: answer === 'LEAVING' ? 'leaving' : 'none' }, clock.now())
        return false
      }
      const proofs = await port.prove(peer, group, PROOFS)
      if (proofs === undefined || proofs.length === 0) return false
      if (proofs.every(({ verdict }) => verdict === 'PROVED')) return true
      this.parts.doubt(group, peer)
      return false
    } catch {
      return false // not reached: it promised nothing that counts
    }
  }

  /** This node among them, whether it lends anything or not. */
  private tooFew ({ slot, copies }: PlacedVersion): boolean {
    const { view } = this.parts
    if (copies === 0 || copies > view.size) return true
    return copies === view.size && view.order(slot).includes(view.self)
  }

  /** As many as are wanted, of as many operators as the head of the order has without this node and those that were caught. */
  private enough (group: PlacedVersion, promises: readonly Promised[]): boolean {
    const { copies } = group
    if (promises.length < copies) return false
    const { view, book } = this.parts
    const others = (least?: number): string[] => view.order(group.slot, least).filter((peer) => peer !== view.self && !book.distrusted(group, peer)).slice(0, copies)
    // a whole order of many members costs a hash of each; its head nearly always says enough
    const head = others(copies + FURTHER + 1)
    return this.operators(promises.map(({ peer }) => peer)) >= this.operators(head.length < copies ? others() : head)
  }

  private operators (peers: readonly string[]): number {
    // the empty operator is shared with nobody
    return new Set(peers.map((peer) => this.parts.view.operator(peer) || `\0${peer}`)).size
  }

  private stays (group: PlacedVersion, why: Outcome): Outcome {
    this.parts.tell?.(group, 'is spare here, and stays: %s', why)
    this.later(group)
    return why
  }

  private later (group: PlacedVersion): void {
    const { clock, random, letGoAfterMs } = this.parts
    const [least, most] = [RETRY_MIN_MS, RETRY_MAX_MS].map((ms) => Math.min(ms, RETRY_SHARE * letGoAfterMs)) as [number, number]
    const failures = (this.retries.get(group.id)?.failures ?? 0) + 1
    const ms = Math.min(RETRY_MOST_MS, (least + random() * (most - least)) * 2 ** Math.min(failures - 1, 16))
    this.retries.set(group.id, { at: clock.now() + ms, failures })
  }
}
