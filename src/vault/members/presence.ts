import { OFFLINE_GRACE_MS } from '../../defaults.js'

/**
 * The clock is read at this interval, or twelve times in offlineGrace, but not more often than each
 * MIN_TICK_MS.
 */
const TICK_MS = 10e3
const MIN_TICK_MS = 250
const TICKS_IN_GRACE = 12
/** A gap of more ticks than this means that the machine slept or the process was stopped. */
const MISSED_TICKS = 3
/**
 * The island rule compares with the members that were present this long ago, and notes the present
 * members every NOTE_MS.
 */
const ISLAND_VIEW_MS = 3600e3
const NOTE_MS = 5 * 60e3
/**
 * A vault of up to this many members has no islands: two of three members are often away in the
 * evening.
 */
const SMALL_VAULT_MEMBERS = 3
/** An island ends after this long: the other members then count as gone. */
const ISLAND_MS = 24 * 3600e3

export interface PresenceInit {
  /** PeerId of this node, which is always present. */
  self: string
  /** Returns the PeerIds of all members that count, this node's among them. */
  members: () => Iterable<string>
  /** `now` never goes back; its milliseconds start anywhere. */
  clock: { now: () => number, after: (ms: number, fn: () => void) => () => void }
  /** Milliseconds. @default OFFLINE_GRACE_MS */
  offlineGraceMs?: number
}

interface Heard { life: number, n: number, /** Counted milliseconds at the record's arrival. */ counted: number, /** Clock at the record's arrival. */ at: number }

/**
 * Presence is this node's view of which members are there: members whose newer record arrived, from
 * any sender, within offlineGrace. Only time in which records could arrive counts: while a
 * connection with a finished sync exists and this machine is awake. Views of nodes differ; a
 * difference costs an extra copy.
 */
export class Presence {
  private readonly graceMs: number
  private readonly tickMs: number
  private readonly byPeer = new Map<string, Heard>()
  /** PeerIds of members with a connection over which a sync was finished. */
  private readonly inStep = new Set<string>()
  /** Counted milliseconds since the start. */
  private counted = 0
  private lookedAt: number
  /**
   * Notes of the present members, the oldest first. The first note is the newest that is an hour
   * old, or the note of the start.
   */
  private notes: Array<{ counted: number, present: Set<string> }> = []
  private away: { since: number, counted: number, before: Set<string> } | undefined
  private cancel: (() => void) | undefined

  constructor (private readonly init: PresenceInit) {
    this.graceMs = init.offlineGraceMs ?? OFFLINE_GRACE_MS
    this.tickMs = Math.max(MIN_TICK_MS, Math.min(TICK_MS, this.graceMs / TICKS_IN_GRACE))
    this.lookedAt = init.clock.now()
  }

  start (): void {
    if (this.cancel !== undefined) return
    const tick = (): void => {
      this.look()
      this.cancel = this.init.clock.after(this.tickMs, tick)
    }
    tick()
  }

  stop (): void {
    this.cancel?.()
    this.cancel = undefined
  }

  /**
   * Call when a record of a member was committed. Only a higher (life, n) than before shows that
   * the member is there.
   */
  heard (peer: string, { life, n }: { life: number, n: number }): void {
    this.advance()
    const before = this.byPeer.get(peer)
    if (before !== undefined && (life < before.life || (life === before.life && n <= before.n))) return
    this.byPeer.set(peer, { life, n, counted: this.counted, at: this.init.clock.now() })
  }

  /** Call when a sync with this peer was finished: from now on its connection counts. */
  synced (peer: string): void {
    this.advance()
    this.inStep.add(peer)
  }

  /** Call when the last connection to this peer has closed. */
  closed (peer: string): void {
    this.advance()
    this.inStep.delete(peer)
  }

  /** Forgets a revoked member. */
  drop (peer: string): void {
    this.byPeer.delete(peer)
  }

  /** Returns whether a member is present, without the island rule. */
  present (peer: string): boolean {
    this.advance()
    return this.isPresent(peer)
  }

  /** Returns whether a member counts as present for placement: on an island every member does. */
  counts (peer: string): boolean {
    return this.island !== undefined || this.present(peer)
  }

  /**
   * Returns the time at which a member's newest record came, by the injected clock, or undefined
   * when none came since the start.
   */
  lastSeen (peer: string): number | undefined {
    return this.byPeer.get(peer)?.at
  }

  /**
   * Set while this node is cut off from most of its vault; then it neither repairs more copies nor
   * releases any. `since` is the time of the discovery, by the injected clock. An island ends when
   * half of the members that were present before are back, or after 24 counted hours.
   */
  get island (): { since: number } | undefined {
    this.look()
    return this.away === undefined ? undefined : { since: this.away.since }
  }

  private isPresent (peer: string): boolean {
    if (peer === this.init.self) return true
    return this.counted - (this.byPeer.get(peer)?.counted ?? 0) < this.graceMs
  }

  /** Adds the time since the last call, if it counts. */
  private advance (): void {
    const now = this.init.clock.now()
    const passed = now - this.lookedAt
    this.lookedAt = now
    if (this.inStep.size > 0 && passed > 0 && passed <= MISSED_TICKS * this.tickMs) this.counted += passed
  }

  private look (): void {
    this.advance()
    const members = new Set(this.init.members())
    const last = this.notes.at(-1)
    if (last === undefined || this.counted - last.counted >= NOTE_MS) this.note(members)
    if (this.away === undefined) this.leave(members)
    else if (this.counted - this.away.counted >= ISLAND_MS || !this.isCutOff(this.away.before, members)) this.away = undefined
  }

  private note (members: Set<string>): void {
    this.notes.push({ counted: this.counted, present: new Set([...members].filter((peer) => this.isPresent(peer))) })
    const oldest = this.notes.findLastIndex(({ counted }) => this.counted - counted >= ISLAND_VIEW_MS)
    if (oldest > 0) this.notes = this.notes.slice(oldest)
  }

  private leave (members: Set<string>): void {
    const before = this.notes[0]?.present
    if (before === undefined || !this.isCutOff(before, members)) return
    this.away = { since: this.init.clock.now(), counted: this.counted, before }
  }

  private isCutOff (before: Set<string>, members: Set<string>): boolean {
    if (members.size <= SMALL_VAULT_MEMBERS) return false
    // a member that was revoked meanwhile is not awaited
    const awaited = [...before].filter((peer) => members.has(peer))
    return 2 * awaited.filter((peer) => this.isPresent(peer)).length < awaited.length
  }
}
