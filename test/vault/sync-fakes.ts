/** What a sync loop sees of the network, with nothing behind it but what a test does. */
import type { Stream } from '@libp2p/interface'
import { SyncSession, type SyncClock, type SyncSource } from '../../protocols/sync/session.js'
import type { Session } from '../../src/network/peers.js'

export const NOTHING: SyncSource = { children: () => [], ids: () => [], idBytes: () => new Uint8Array(0), missing: (ids) => ids, entries: () => [], below: () => [], records: () => [], record: () => undefined }

/** Peers of which a test opens and closes the sessions; streams are what `opens` gives. */
export class FakePeers extends EventTarget {
  opens: (signal: AbortSignal | undefined) => Promise<Stream> = () => Promise.reject(new Error('no stream'))
  handler: ((stream: Stream, session: Session) => Promise<void>) | undefined
  private readonly here = new Map<string, { session: Session, life: AbortController }>()

  handle = async (_protocol: string, handler: (stream: Stream, session: Session) => Promise<void>): Promise<void> => { this.handler = handler }
  sessions = (): Session[] => [...this.here.values()].map(({ session }) => session)
  get = (peer: string): Session | undefined => this.here.get(peer)?.session
  open = async (_peer: string, _protocol: string, options: { signal?: AbortSignal } = {}): Promise<Stream> => this.opens(options.signal)
  /** Members that no link goes to. */
  readonly unwanted = new Set<string>()
  wants = (peer: string): boolean => !this.unwanted.has(peer)

  come (peer: string, direction: 'inbound' | 'outbound'): Session {
    const life = new AbortController()
    const session = { peer, direction, signal: life.signal } as unknown as Session
    this.here.set(peer, { session, life })
    this.dispatchEvent(new CustomEvent('session:open', { detail: session }))
    if (direction === 'outbound' && this.wants(peer)) this.link(peer)
    return session
  }

  /** It is for this side to open what stands. */
  link (peer: string): void {
    this.dispatchEvent(new CustomEvent('link:open', { detail: this.get(peer) }))
  }

  go (peer: string): void {
    this.here.get(peer)?.life.abort(new Error('the connection closed'))
    this.here.delete(peer)
  }
}

/** The other side of a stream: what it was told, and when. */
export function remote (stream: Stream, source = NOTHING): { got: Uint8Array[], first: Promise<void>, session: SyncSession } {
  const first = Promise.withResolvers<void>()
  const got: Uint8Array[] = []
  const session = new SyncSession(stream, {
    direction: 'inbound',
    source,
    receive: async (entries) => {
      got.push(...entries.map((entry) => entry.slice()))
      first.resolve()
      return false
    },
    receiveRecords: async (records) => {
      got.push(...records.map((record) => record.slice()))
      first.resolve()
    }
  })
  session.run().catch(() => {})
  return { got, first: first.promise, session }
}

/** Time that a test moves by hand. */
export class HandClock implements SyncClock {
  private at = 0
  private readonly due = new Set<{ at: number, call: () => void }>()

  now = (): number => this.at
  after = (ms: number, call: () => void): () => void => {
    const timer = { at: this.at + ms, call }
    this.due.add(timer)
    return () => { this.due.delete(timer) }
  }

  /** The times at which something is due, from now. */
  waits (): number[] {
    return [...this.due].map(({ at }) => at - this.at)
  }

  pass (ms: number): void {
    this.at += ms
    for (const timer of [...this.due].filter(({ at }) => at <= this.at)) {
      this.due.delete(timer)
      timer.call()
    }
  }
}
