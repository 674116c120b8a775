import type { AbortOptions, Stream } from '@libp2p/interface'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { RoundBudget, SyncSession, type RoundResult, type SyncClock, type SyncSource } from '../../protocols/sync/session.js'
import type { Peers, Session } from '../network/peers.js'

/** One sync stream a connection; a second one while the first is being replaced (protocols/README.md, limits). */
const SYNC_STREAMS_PER_PEER = 2
/** How long after a sync that failed the next one is tried over the same connection; doubles up to the second number. A sync that lasted longer than that begins anew with the first. */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 60_000
/** How long the side that was dialled waits for the other's stream before it opens one itself. */
const GRACE_MS = 3_000

export interface SyncParts {
  peers: Pick<Peers, 'addEventListener' | 'removeEventListener' | 'handle' | 'sessions' | 'get' | 'open'>
  source: SyncSource
  /** Verifies and commits. */
  receive: (entries: Uint8Array[], from: string) => Promise<void>
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

const systemClock: SyncClock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}

/**
 * Keeps one sync session with each connected member, opened by the side that dialled, and passes what is new to all
 * others. When two members dial each other at once, each may take the other's connection for the one that counts; so
 * the side that was dialled opens a session too, where none has come.
 */
export class SyncLoop {
  /** Running ones, the newest last: two nodes that dialled each other have two for a while. */
  private readonly sessions = new Map<string, SyncSession[]>()
  /** The last round with each member since the start. */
  private readonly rounds = new Map<string, RoundResult>()
  /** How often each member may begin a round, over all its connections. */
  private readonly budgets = new Map<string, RoundBudget>()
  /** Who waits for the session with a peer to open. */
  private readonly awaited = new Map<string, Set<(session: SyncSession) => void>>()
  private readonly running = new Set<Promise<void>>()
  private readonly stopping = new AbortController()
  private readonly clock: SyncClock

  constructor (private readonly parts: SyncParts) {
    this.clock = parts.clock ?? systemClock
  }

  async start (): Promise<void> {
    const { peers } = this.parts
    peers.addEventListener('session:open', this.onOpen)
    await peers.handle(SYNC_PROTOCOL, (stream, session) => this.run(stream, session, 'inbound'), { maxInbound: SYNC_STREAMS_PER_PEER })
    for (const session of peers.sessions()) this.link(session)
  }

  private readonly onOpen = (event: CustomEvent<Session>): void => { this.link(event.detail) }

  private link (session: Session): void {
    if (this.stopping.signal.aborted) return
    const work = this.keep(session).finally(() => { this.running.delete(work) })
    this.running.add(work)
  }

  /** One sync after another for as long as the connection lives: one that failed must not leave both sides apart for good. */
  private async keep (session: Session): Promise<void> {
    const signal = AbortSignal.any([session.signal, this.stopping.signal])
    const { againMs = AGAIN_MIN_MS, graceMs = GRACE_MS, peers, onError } = this.parts
    let waitMs = againMs
    if (session.direction === 'inbound') await this.pause(graceMs, signal)
    while (!signal.aborted) {
      if (session.direction === 'inbound' && this.sessions.has(session.peer)) {
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

  private async run (stream: Stream, { peer }: Session, direction: 'inbound' | 'outbound'): Promise<void> {
    const { source, receive, receiveRecords, onRound, random, inactivityMs } = this.parts
    const budget = this.budgets.get(peer) ?? new RoundBudget(this.clock.now())
    this.budgets.set(peer, budget)
    const session = new SyncSession(stream, {
      direction,
      source,
      receive: (entries) => receive(entries, peer),
      receiveRecords: (records) => receiveRecords(records, peer),
      onRound: (round) => {
        this.rounds.set(peer, round)
        onRound?.(peer, round)
      },
      clock: this.clock,
      budget,
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
      if (signal.aborted) onStop()
      await running
    } finally {
      signal.removeEventListener('abort', onStop)
      const left = (this.sessions.get(peer) ?? []).filter((other) => other !== session)
      if (left.length > 0) this.sessions.set(peer, left)
      else this.sessions.delete(peer)
    }
  }

  /** Sends newly committed entries to every member but the one they came from. */
  forward (entries: Uint8Array[], from?: string): void {
    for (const session of this.others(from)) session.forward(entries)
  }

  /** The same for records. */
  forwardRecords (records: Uint8Array[], from?: string): void {
    for (const session of this.others(from)) session.forwardRecords(records)
  }

  private others (from?: string): SyncSession[] {
    return [...this.sessions].flatMap(([peer, sessions]) => peer === from ? [] : sessions.slice(-1))
  }

  /** One round with a connected member: resolves when both have what either had. Waits for a sync that is only being opened. */
  async ask (peer: string, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const session = this.sessions.get(peer)?.at(-1) ?? await this.opened(peer, options)
    await session.ask(options)
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

  private async opened (peer: string, options: AbortOptions): Promise<SyncSession> {
    const connection = this.parts.peers.get(peer)
    if (connection === undefined) throw new Error(`no session with ${peer}`)
    const { promise, resolve, reject } = Promise.withResolvers<SyncSession>()
    const tells = this.awaited.get(peer) ?? new Set()
    this.awaited.set(peer, tells.add(resolve))
    const signal = AbortSignal.any([connection.signal, this.stopping.signal, ...(options.signal === undefined ? [] : [options.signal])])
    const onAbort = (): void => { reject(signal.reason as Error) }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      tells.delete(resolve)
      if (tells.size === 0 && this.awaited.get(peer) === tells) this.awaited.delete(peer)
    }
  }

  async stop (): Promise<void> {
    this.parts.peers.removeEventListener('session:open', this.onOpen)
    this.stopping.abort(new Error('the node stops'))
    await Promise.allSettled([...this.running])
  }
}
