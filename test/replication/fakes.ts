/** Members and their streams as far as replication sees them; nothing happens but what a test says. */
import type { CID } from 'multiformats/cid'
import { cidOf, RAW } from '../../protocols/block/cid.js'
import type { Upload } from '../../protocols/store/dialer.js'
import { ProtocolError, type WireCode } from '../../protocols/errors.js'
import type { ProtocolClients } from '../../src/replication/protocol-clients.js'
import type { Peers, Session } from '../../src/network/peers.js'

export class FakePeers extends EventTarget {
  private readonly here = new Map<string, Session>()

  sessions = (): Session[] => [...this.here.values()]
  get = (peer: string): Session | undefined => this.here.get(peer)
  /** Members that no link goes to. */
  readonly unwanted = new Set<string>()
  wants = (peer: string): boolean => !this.unwanted.has(peer)

  come (...peers: string[]): void {
    for (const peer of peers) {
      const session = { peer } as unknown as Session
      this.here.set(peer, session)
      this.dispatchEvent(new CustomEvent('session:open', { detail: session }))
    }
  }

  go (peer: string): void {
    this.here.delete(peer)
    this.dispatchEvent(new CustomEvent('session:close', { detail: { peer } }))
  }

  get peers (): Peers { return this as unknown as Peers }
}

export interface Ask { peer: string, cid: CID, size: number | undefined, signal: AbortSignal, answer: (bytes: Uint8Array) => void, fail: (error: Error) => void }

/** Get streams on which each want waits for what the test answers. */
export class FakeGets {
  readonly asked: Ask[] = []
  private readonly waiting: Array<() => void> = []
  /** Answers at once; undefined leaves it to the test. */
  auto: ((ask: Ask) => void) | undefined

  readonly get = {
    to: async (peer: string, _options: { signal: AbortSignal }) => ({
      want: async (cid: CID, { size, signal }: { size?: number, signal?: AbortSignal } = {}): Promise<Uint8Array> => {
        const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
        const ask = { peer, cid, size, signal: signal ?? new AbortController().signal, answer: resolve, fail: reject }
        signal?.addEventListener('abort', () => { reject(signal.reason as Error) })
        this.asked.push(ask)
        for (const tell of this.waiting.splice(0)) tell()
        this.auto?.(ask)
        return promise
      }
    })
  }

  /** Resolves once `count` wants were made in all. */
  async until (count: number): Promise<Ask[]> {
    while (this.asked.length < count) await new Promise<void>((resolve) => { this.waiting.push(resolve) })
    return this.asked
  }
}

export const refusal = (code: WireCode): ProtocolError => new ProtocolError(code, 'a test says so')
export const block = (text: string): { cid: CID, bytes: Uint8Array } => {
  const bytes = new TextEncoder().encode(text)
  return { cid: cidOf(RAW, bytes), bytes }
}

/** What one peer was told on its store stream. */
export interface Seen { peer: string, expected: number, offered: string[][], sent: string[], entries: Uint8Array[], aborted: boolean }

export interface Behaviour {
  open?: (seen: Seen) => Promise<void> | void
  /** True: wanted. @default all */
  want?: (cid: CID) => boolean
  /** Called with each offer. */
  offer?: () => void
  send?: (seen: Seen) => Promise<void> | void
  done?: (seen: Seen) => Promise<void> | void
  /** The entry's id that its receipts name. @default ENTRY_ID */
  receipt?: Uint8Array
}

/** What every fake store takes for the id of every entry. */
export const ENTRY_ID = new Uint8Array(32).fill(9)

export class FakeStores {
  readonly seen: Seen[] = []
  constructor (private readonly behaviour: Record<string, Behaviour> = {}) {}

  of (peer: string): Seen | undefined { return this.seen.find((one) => one.peer === peer) }

  get links (): ProtocolClients {
    return { store: { to: async (peer: string) => ({ open: (options: { expected: number }) => this.open(peer, options.expected) }) } } as unknown as ProtocolClients
  }

  private async open (peer: string, expected: number): Promise<Upload> {
    const { open, want = () => true, offer, send, done, receipt = ENTRY_ID } = this.behaviour[peer] ?? {}
    const seen: Seen = { peer, expected, offered: [], sent: [], entries: [], aborted: false }
    this.seen.push(seen)
    await open?.(seen)
    return {
      id: new Uint8Array(16),
      offer: async (cids: CID[], _sizes: number[], { signal }: { signal?: AbortSignal | undefined } = {}) => {
        seen.offered.push(cids.map(String))
        offer?.()
        signal?.throwIfAborted()
        return cids.map(want)
      },
      send: async (cid: CID) => {
        await send?.(seen)
        seen.sent.push(cid.toString())
      },
      done: async (entry: Uint8Array) => {
        await done?.(seen)
        seen.entries.push(entry)
        return receipt.slice()
      },
      abort: () => { seen.aborted = true }
    }
  }
}
