import type { AbortOptions, Stream } from '@libp2p/interface'
import { SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { CheckPace, RoundBudget, SyncSession, systemClock, type LeftOut, type RoundResult, type SyncClock, type SyncSource } from '../../../protocols/sync/session.js'
import type { Peers, Session } from '../../network/peers.js'
import { EntryWatches } from '../entries/entry-watch.js'

/**
 * A connection has one sync stream, and a second one while the first is being replaced
 * (protocols/README.md, limits).
 */
const SYNC_STREAMS_PER_PEER = 2
/**
 * After a failed sync the next one over the same connection starts after this, doubled each time up
 * to the second number. A sync that lasted longer than the second number resets the wait.
 */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 60_000
/**
 * At this interval the dialled side checks whether the other side's stream runs, and both sides
 * check whether the connection is still wanted.
 */
const GRACE_MS = 3_000

export interface SyncServiceParts {
  peers: Pick<Peers, 'addEventListener' | 'removeEventListener' | 'handle' | 'sessions' | 'get' | 'open' | 'wants'>
  source: SyncSource
  /** Verifies and commits entries; resolves with what was left out (protocols/sync/README.md). */
  receive: (entries: Uint8Array[], from: string) => Promise<boolean | LeftOut>
  /** Verifies and commits records. */
  receiveRecords: (records: Uint8Array[], from: string) => Promise<void>
  /** Called when a sync ended with an error. */
  onError: (peer: string, error: unknown) => void
  /** Called after each round with a member, led or answered. */
  onRound?: (peer: string, round: RoundResult) => void
  /** First wait after a failed sync, in milliseconds. @default AGAIN_MIN_MS */
  againMs?: number
  /** Milliseconds. @default GRACE_MS */
  graceMs?: number
  /**
   * A sync ends when a member owes an answer and sends no byte for this many milliseconds. @default
   * the protocol's
   */
  inactivityMs?: number
  /** @default the system's monotonic clock */
  clock?: SyncClock
  /** From 0 to below 1. @default Math.random */
  random?: () => number
}

/** A single is a stream for rounds with a member whose connection is not kept open. */
interface Single { asking: number, readonly session: Promise<SyncSession> }

/**
 * The sync service keeps one sync session over each wanted connection and forwards new entries and
 * records to all members but their sender. The event 'link:open' of the network names these
 * connections. The dialling side opens the stream; the dialled side opens it where no stream comes,
 * since two nodes that dialled each other at once may each keep the connection of the other.
 */
export class SyncService {
  /** Running sessions, the newest last: two nodes that dialled each other have two for a while. */
  private readonly sessions = new Map<string, SyncSession[]>()
  /** Last round with each member since the start. */
  private readonly rounds = new Map<string, RoundResult>()
  /** Schedule of checked rounds with each member. */
  private readonly checks = new Map<string, CheckPace>()
  /** Budget of rounds that each member may begin, over all its connections. */
  private readonly budgets = new Map<string, RoundBudget>()
  /** Connections whose sync this side keeps running. */
  private readonly kept = new WeakSet<Session>()
  /** Connections over which every new entry was sent. */
  private readonly carried = new WeakSet<Session>()
  private readonly singles = new Map<string, Single>()
  /** Callers that wait for a session with a peer to open. */
  private readonly awaited = new Map<string, Set<(session: SyncSession) => void>>()
  private readonly running = new Set<Promise<void>>()
  /** Watches of members that commit this node's new entries. */
  readonly watches = new EntryWatches()
  private readonly stopping = new AbortController()
  private readonly clock: SyncClock

  constructor (private readonly parts: SyncServiceParts) {
    this.clock = parts.clock ?? systemClock
  }

  async start (): Promise<void> {
    const { peers } = this.parts
    peers.addEventListener('link:open', this.onOpen)
    await peers.handle(SYNC_PROTOCOL, (stream, session) => {
      this.carried.add(session)
      return this.run(stream, session, 'inbound')
    }, { maxInbound: SYNC_STREAMS_PER_PEER })
    // connections that were opened before this start had no event here
    for (const session of peers.sessions()) if (session.direction === 'outbound' && peers.wants(session.peer)) this.link(session)
  }

  private readonly onOpen = (event: CustomEvent<Session>): void => { this.link(event.detail) }

  private link (session: Session): void {
    if (this.stopping.signal.aborted || this.kept.has(session)) return
    this.kept.add(session)
    this.carried.add(session)
    const work = this.keep(session).finally(() => { this.running.delete(work) })
    this.running.add(work)
  }

  /**
   * Runs one sync after the other while the connection lives, so that a failed sync leaves no
   * lasting difference.
   */
  private async keep (session: Session): Promise<void> {
    const signal = AbortSignal.any([session.signal, this.stopping.signal])
    const { againMs = AGAIN_MIN_MS, graceMs = GRACE_MS, peers, onError } = this.parts
    let waitMs = againMs
    while (!signal.aborted) {
      // the event comes once a connection, whose peer may become unwanted and wanted again
      if (!peers.wants(session.peer) || (session.direction === 'inbound' && this.sessions.has(session.peer))) {
        await this.pause(graceMs, signal)
        continue
      }
      const begun = this.clock.now()
      try {
        await this.run(await peers.open(session.peer, SYNC_PROTOCOL, { signal }), session, 'outbound')
      } catch (error) {
        if (!signal.aborted) onError(session.peer, error)
      }
      if (this.clock.now() - begun > AGAIN_MAX_MS) waitMs = againMs
      await this.pause(waitMs, signal)
      waitMs = Math.min(2 * waitMs, AGAIN_MAX_MS)
    }
  }

  /** Resolves after `ms`, or when `signal` is aborted. */
  private async pause (ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const onAbort = (): void => { resolve() }
    const cancel = this.clock.after(ms, resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      cancel()
      signal.removeEventListener('abort', onAbort)
    }
  }

  private async run (stream: Stream, { peer }: Session, direction: 'inbound' | 'outbound', onRunning?: (session: SyncSession) => void): Promise<void> {
    const { source, receive, receiveRecords, onRound, random, inactivityMs } = this.parts
    const budget = this.budgets.get(peer) ?? new RoundBudget(this.clock.now())
    this.budgets.set(peer, budget)
    const checks = this.checks.get(peer) ?? new CheckPace(this.clock.now(), (random ?? Math.random)())
    this.checks.set(peer, checks)
    const session = new SyncSession(stream, {
      direction,
      source,
      receive: (entries) => receive(entries, peer),
      receiveRecords: (records) => receiveRecords(records, peer),
      onRound: (round) => {
        this.rounds.set(peer, round)
        this.watches.moved()
        onRound?.(peer, round)
      },
      onHeard: (entries, left) => { this.watches.heard(peer, entries, left) },
      clock: this.clock,
      budget,
      checks,
      ...(random === undefined ? {} : { random }),
      ...(inactivityMs === undefined ? {} : { limits: { inactivityMs } })
    })
    const { signal } = this.stopping
    const onStop = (): void => { session.abort(signal.reason as Error) }
    signal.addEventListener('abort', onStop, { once: true })
    this.sessions.set(peer, [...this.sessions.get(peer) ?? [], session])
    try {
      const running = session.run()
      for (const tell of this.awaited.get(peer) ?? []) tell(session)
      onRunning?.(session)
      if (signal.aborted) onStop()
      await running
    } finally {
      signal.removeEventListener('abort', onStop)
      this.watches.moved()
      const left = (this.sessions.get(peer) ?? []).filter((other) => other !== session)
      if (left.length > 0) {
        this.sessions.set(peer, left)
        // a comparison finds what the ended session had still to send; a session that ends too
        // reports its own error
        if (!signal.aborted) left.at(-1)?.ask().catch(() => {})
      } else {
        this.sessions.delete(peer)
      }
    }
  }

  /** Sends newly committed entries to every member but their sender. */
  forward (entries: Uint8Array[], from?: string): void {
    if (from === undefined) this.watches.wrote(entries)
    for (const session of this.others(from)) session.forward(entries)
  }

  /** Sends newly committed records to every member but their sender. */
  forwardRecords (records: Uint8Array[], from?: string): void {
    for (const session of this.others(from)) session.forwardRecords(records)
  }

  /** Compares once more with every member that has a running sync. */
  again (): void {
    for (const session of this.others()) session.ask().catch(() => { /* the session ended; the next one compares */ })
  }

  private others (from?: string): SyncSession[] {
    return [...this.sessions].flatMap(([peer, sessions]) => peer === from ? [] : sessions.slice(-1))
  }

  /** Returns true when a sync runs with this member, or its connection is wanted. */
  linked (peer: string): boolean {
    return this.sessions.has(peer) || (this.parts.peers.get(peer) !== undefined && this.parts.peers.wants(peer))
  }

  /** Returns true when nothing is under way to this member, or no sync runs with it. */
  isQuiet (peer: string): boolean {
    return this.sessions.get(peer)?.at(-1)?.quiet ?? true
  }

  /** Returns true when every entry committed during this connection was sent over it. */
  carries (session: Session): boolean {
    return this.carried.has(session)
  }

  /**
   * Runs one round with a connected member; resolves when both have the entries of either. The call
   * waits for a sync that is being opened. Where the connection is not kept open, the round has a
   * stream of its own.
   */
  async ask (peer: string, options: AbortOptions = {}): Promise<RoundResult> {
    options.signal?.throwIfAborted()
    const single = this.singles.get(peer)
    const running = this.sessions.get(peer)?.at(-1)
    if (single === undefined && running !== undefined) return running.ask(options)
    const connection = this.parts.peers.get(peer)
    if (connection === undefined) throw new Error(`no session with ${peer}`)
    if (single === undefined && this.parts.peers.wants(peer)) return (await this.opened(connection, options)).ask(options)
    return this.askOnce(single ?? this.single(connection), connection, options)
  }

  /** The last caller ends the stream. */
  private async askOnce (single: Single, connection: Session, options: AbortOptions): Promise<RoundResult> {
    const { peer } = connection
    single.asking++
    try {
      return await (await this.within(single.session, connection, options)).ask(options)
    } finally {
      if (--single.asking === 0) {
        if (this.singles.get(peer) === single) this.singles.delete(peer)
        single.session.then((session) => session.close()).catch(() => { /* the session never opened, or ended first */ })
      }
    }
  }

  private single (connection: Session): Single {
    const signal = AbortSignal.any([connection.signal, this.stopping.signal])
    const { promise, resolve, reject } = Promise.withResolvers<SyncSession>()
    const { peers, onError } = this.parts
    const work = (async () => {
      try {
        await this.run(await peers.open(connection.peer, SYNC_PROTOCOL, { signal }), connection, 'outbound', resolve)
      } catch (error) {
        reject(error)
        if (!signal.aborted) onError(connection.peer, error)
      }
    })().finally(() => { this.running.delete(work) })
    this.running.add(work)
    const single = { asking: 0, session: promise }
    this.singles.set(connection.peer, single)
    return single
  }

  /** Returns the last round with this member since the start, connected or not. */
  roundOf (peer: string): RoundResult | undefined {
    return this.rounds.get(peer)
  }

  /**
   * Returns connected members with a finished round that have no known entry that this node lacks.
   */
  inSyncWith (): string[] {
    return [...this.sessions.keys()].filter((peer) => this.behind(peer) === 0)
  }

  /**
   * Returns the number of entries that this connected member is known to have and this node lacks,
   * or undefined before the first round.
   */
  behind (peer: string): number | undefined {
    const known = (this.sessions.get(peer) ?? []).map(({ stats }) => stats.behindBy)
    return known.findLast((behindBy) => behindBy !== undefined)
  }

  private async opened (connection: Session, options: AbortOptions): Promise<SyncSession> {
    const { peer } = connection
    const { promise, resolve } = Promise.withResolvers<SyncSession>()
    const tells = this.awaited.get(peer) ?? new Set()
    this.awaited.set(peer, tells.add(resolve))
    try {
      return await this.within(promise, connection, options)
    } finally {
      tells.delete(resolve)
      if (tells.size === 0 && this.awaited.get(peer) === tells) this.awaited.delete(peer)
    }
  }

  /**
   * Waits for `work` while the connection lives, this service runs and the signal is not aborted.
   */
  private async within<T> (work: Promise<T>, connection: Session, options: AbortOptions): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const signal = AbortSignal.any([connection.signal, this.stopping.signal, ...(options.signal === undefined ? [] : [options.signal])])
    const onAbort = (): void => { reject(signal.reason as Error) }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      return await Promise.race([work, aborted])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async stop (): Promise<void> {
    this.parts.peers.removeEventListener('link:open', this.onOpen)
    this.stopping.abort(new Error('the node stops'))
    await Promise.allSettled([...this.running])
  }
}
