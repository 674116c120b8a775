import type { AbortOptions, Stream } from '@libp2p/interface'
import { SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { CheckPace, RoundBudget, SyncSession, systemClock, type LeftOut, type RoundResult, type SyncClock, type SyncSource } from '../../../protocols/sync/session.js'
import type { Peers, Session } from '../../network/peers.js'
import { EntryWatches } from '../entries/entry-watch.js'

/** One sync stream a connection; a second one while the first is being replaced (protocols/README.md, limits). */
const SYNC_STREAMS_PER_PEER = 2
/** How long after a sync that failed the next one is tried over the same connection; doubles up to the second number. A sync that lasted longer than that begins anew with the first. */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 60_000
/** How often the side that was dialled looks whether the other's stream still runs, and either side whether the connection is a link. */
const GRACE_MS = 3_000

export interface SyncServiceParts {
  peers: Pick<Peers, 'addEventListener' | 'removeEventListener' | 'handle' | 'sessions' | 'get' | 'open' | 'wants'>
  source: SyncSource
  /** Verifies and commits; says what was left out (protocols/sync). */
  receive: (entries: Uint8Array[], from: string) => Promise<boolean | LeftOut>
  /** The same for records. */
  receiveRecords: (records: Uint8Array[], from: string) => Promise<void>
  /** A sync that ended in an error. */
  onError: (peer: string, error: unknown) => void
  /** After each round with a member, led or answered. */
  onRound?: (peer: string, round: RoundResult) => void
  /** First wait after a sync that failed. @default AGAIN_MIN_MS */
  againMs?: number
  /** @default GRACE_MS */
  graceMs?: number
  /** No byte for this long, while a member owes something, ends its sync. @default that of the protocol */
  inactivityMs?: number
  /** @default the system's monotonic one */
  clock?: SyncClock
  /** From 0 to below 1. @default Math.random */
  random?: () => number
}

/** A stream for what is asked of a member that no link goes to. */
interface Single { asking: number, readonly session: Promise<SyncSession> }

/**
 * Keeps one sync session over each link, and passes what is new to all others. The network says by 'link:open' which
 * side opens it: the one that dialled, or the one that was dialled where nothing came from there. So two that dialled
 * each other at once have one too, where each takes the other's connection for the one that counts.
 */
export class SyncService {
  /** Running ones, the newest last: two nodes that dialled each other have two for a while. */
  private readonly sessions = new Map<string, SyncSession[]>()
  /** The last round with each member since the start. */
  private readonly rounds = new Map<string, RoundResult>()
  /** When rounds with each member are checked. */
  private readonly checks = new Map<string, CheckPace>()
  /** How often each member may begin a round, over all its connections. */
  private readonly budgets = new Map<string, RoundBudget>()
  /** Sessions whose sync this side keeps up. */
  private readonly kept = new WeakSet<Session>()
  /** Those over which everything new went out. */
  private readonly carried = new WeakSet<Session>()
  private readonly singles = new Map<string, Single>()
  /** Who waits for the session with a peer to open. */
  private readonly awaited = new Map<string, Set<(session: SyncSession) => void>>()
  private readonly running = new Set<Promise<void>>()
  /** Who wants to know what members keep of what this node writes. */
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
    // links that were told of before
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

  /** One sync after another for as long as the connection lives: one that failed must not leave both sides apart for good. */
  private async keep (session: Session): Promise<void> {
    const signal = AbortSignal.any([session.signal, this.stopping.signal])
    const { againMs = AGAIN_MIN_MS, graceMs = GRACE_MS, peers, onError } = this.parts
    let waitMs = againMs
    while (!signal.aborted) {
      // told once a session: it may be no link for a while, and one again
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

  /** Resolves after so long, or when `signal` is aborted. */
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
        // what the ended one still had to send is found by comparing; one that ends too says so itself
        if (!signal.aborted) left.at(-1)?.ask().catch(() => {})
      } else {
        this.sessions.delete(peer)
      }
    }
  }

  /** Sends newly committed entries to every member but the one they came from. */
  forward (entries: Uint8Array[], from?: string): void {
    if (from === undefined) this.watches.wrote(entries)
    for (const session of this.others(from)) session.forward(entries)
  }

  /** The same for records. */
  forwardRecords (records: Uint8Array[], from?: string): void {
    for (const session of this.others(from)) session.forwardRecords(records)
  }

  /** Compares with every linked member once more. */
  again (): void {
    for (const session of this.others()) session.ask().catch(() => { /* it ended: the next one compares */ })
  }

  private others (from?: string): SyncSession[] {
    return [...this.sessions].flatMap(([peer, sessions]) => peer === from ? [] : sessions.slice(-1))
  }

  /** True when a link goes to this connected member, or comes from it. */
  linked (peer: string): boolean {
    return this.sessions.has(peer) || (this.parts.peers.get(peer) !== undefined && this.parts.peers.wants(peer))
  }

  /** True when nothing is on its way to this member by itself: it was sent all that it will be, or no sync runs with it. */
  isQuiet (peer: string): boolean {
    return this.sessions.get(peer)?.at(-1)?.quiet ?? true
  }

  /** True when everything that was committed here while this session lived went out to its member. */
  carries (session: Session): boolean {
    return this.carried.has(session)
  }

  /**
   * One round with a connected member: resolves when both have what either had. Waits for a sync that is only being
   * opened; where there is no link it has a stream for that round.
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

  /** The last one who asks ends the stream. */
  private async askOnce (single: Single, connection: Session, options: AbortOptions): Promise<RoundResult> {
    const { peer } = connection
    single.asking++
    try {
      return await (await this.within(single.session, connection, options)).ask(options)
    } finally {
      if (--single.asking === 0) {
        if (this.singles.get(peer) === single) this.singles.delete(peer)
        single.session.then((session) => session.close()).catch(() => { /* it never opened, or ended first */ })
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

  /** The last round with this member since the start, connected or not. */
  roundOf (peer: string): RoundResult | undefined {
    return this.rounds.get(peer)
  }

  /** Connected members of whom nothing is known that is not here, and with whom a round has ended. */
  inSyncWith (): string[] {
    return [...this.sessions.keys()].filter((peer) => this.behind(peer) === 0)
  }

  /** Entries that this member, connected, is known to have and this node has not; undefined before the first round. */
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

  /** Waits for `work` while the connection lives, this loop runs and the signal allows. */
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
