import { setTimeout as sleep } from 'node:timers/promises'
import type { AbortOptions, Stream } from '@libp2p/interface'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { SyncSession, type SyncSource } from '../../protocols/sync/session.js'
import type { Peers, Session } from '../network/peers.js'

/** One sync stream a connection; a second one while the first is being replaced (protocols/README.md, limits). */
const SYNC_STREAMS_PER_PEER = 2
/** How long after a sync that failed the next one is tried over the same connection; doubles up to the second number. */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 60_000

export interface SyncParts {
  peers: Pick<Peers, 'addEventListener' | 'removeEventListener' | 'handle' | 'sessions' | 'get' | 'open'>
  source: SyncSource
  /** Verifies and commits. */
  receive: (entries: Uint8Array[], from: string) => Promise<void>
  /** A sync that ended in an error. */
  onError: (peer: string, error: unknown) => void
  /** First wait after a sync that failed. @default AGAIN_MIN_MS */
  againMs?: number
}

/**
 * Keeps one sync session with each connected member, opened by the side that dialled, and passes what is new to all
 * others. The stop-gap of protocols/sync: the whole set when digests differ.
 */
export class SyncLoop {
  /** Running ones, the newest last: two nodes that dialled each other have two for a while. */
  private readonly sessions = new Map<string, SyncSession[]>()
  /** Who waits for the session with a peer to open. */
  private readonly awaited = new Map<string, Set<(session: SyncSession) => void>>()
  private readonly running = new Set<Promise<void>>()
  private readonly stopping = new AbortController()

  constructor (private readonly parts: SyncParts) {}

  async start (): Promise<void> {
    const { peers } = this.parts
    peers.addEventListener('session:open', this.onOpen)
    await peers.handle(SYNC_PROTOCOL, (stream, session) => this.run(stream, session, 'inbound'), { maxInbound: SYNC_STREAMS_PER_PEER })
    for (const session of peers.sessions()) this.dial(session)
  }

  private readonly onOpen = (event: CustomEvent<Session>): void => { this.dial(event.detail) }

  private dial (session: Session): void {
    if (session.direction !== 'outbound' || this.stopping.signal.aborted) return
    const work = this.keep(session).finally(() => { this.running.delete(work) })
    this.running.add(work)
  }

  /** One sync after another for as long as the connection lives: one that failed must not leave both sides apart for good. */
  private async keep (session: Session): Promise<void> {
    const signal = AbortSignal.any([session.signal, this.stopping.signal])
    for (let waitMs = this.parts.againMs ?? AGAIN_MIN_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, AGAIN_MAX_MS)) {
      try {
        await this.run(await this.parts.peers.open(session.peer, SYNC_PROTOCOL, { signal }), session, 'outbound')
      } catch (error) {
        if (!signal.aborted) this.parts.onError(session.peer, error)
      }
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => { /* the connection or the node has ended */ })
    }
  }

  private async run (stream: Stream, { peer }: Session, direction: 'inbound' | 'outbound'): Promise<void> {
    const session = new SyncSession(stream, {
      direction,
      source: this.parts.source,
      receive: (entries) => this.parts.receive(entries, peer)
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
    for (const [peer, sessions] of this.sessions) {
      if (peer !== from) sessions.at(-1)?.forward(entries)
    }
  }

  /** One round with a connected member: resolves when everything that it had is here. Waits for a sync that is only being opened. */
  async ask (peer: string, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const session = this.sessions.get(peer)?.at(-1) ?? await this.opened(peer, options)
    await session.ask(options)
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
