/** What the sync tests share: a set of opaque entries behind a session, and a bare peer that says what it is told to. */
import { streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import { ProtocolError } from '../../../protocols/errors.js'
import { Channel } from '../../../protocols/framing.js'
import { decodeMessage, encodeMessage } from '../../../protocols/sync/codec.js'
import type { Message } from '../../../protocols/sync/codec.js'
import { SyncSession } from '../../../protocols/sync/session.js'
import type { SyncOptions } from '../../../protocols/sync/session.js'
import { digestOf } from '../../vectors/sync.js'

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const BAD = 'bad'

/** A set of entries in the order of their commits. `received` are those that came by the wire, page by page. */
export class EntrySet {
  readonly entries = new Map<string, Uint8Array>()
  readonly received: string[][] = []

  constructor (names: Iterable<string> = []) {
    for (const name of names) this.entries.set(name, text(name))
  }

  get names (): string[] {
    return [...this.entries.keys()].sort()
  }

  options (extra: Partial<SyncOptions> = {}): SyncOptions {
    return {
      direction: 'outbound',
      source: { digest: () => digestOf([...this.entries.values()]), entries: () => this.entries.values() },
      receive: async (entries) => {
        const names = entries.map((entry) => new TextDecoder().decode(entry))
        if (names.includes(BAD)) throw new ProtocolError('INVALID_DATA', 'The signature does not verify')
        this.received.push(names)
        for (const name of names) this.entries.set(name, text(name))
      },
      ...extra
    }
  }
}

/** Speaks the real codec, follows no rule. */
export class BarePeer {
  readonly channel: Channel
  constructor (stream: Stream) {
    this.channel = new Channel(stream)
  }

  async say (...messages: Message[]): Promise<void> {
    for (const message of messages) await this.channel.write(encodeMessage(message))
  }

  /** The next message; undefined when the other side has closed. */
  async hear (): Promise<Message | undefined> {
    const bytes = await this.channel.read()
    return bytes === undefined ? undefined : decodeMessage(bytes)
  }

  /** Reads until a refusal or the end: what was said until then. */
  async hearAll (): Promise<Message[]> {
    const said: Message[] = []
    for (let message = await this.hear(); message !== undefined; message = await this.hear()) said.push(message)
    return said
  }
}

/** A running session of a set, and a bare peer at the other end. */
export async function againstBare (set: EntrySet, extra: Partial<SyncOptions> = {}): Promise<{ session: SyncSession, peer: BarePeer, stream: Stream, run: Promise<void> }> {
  const [outbound, inbound] = await streamPair()
  const inside = extra.direction === 'inbound'
  const stream = inside ? inbound : outbound
  const peer = new BarePeer(inside ? outbound : inbound)
  const session = new SyncSession(stream, set.options(extra))
  const run = session.run()
  run.catch(() => {})
  return { session, peer, stream, run }
}

/** Two running sessions, connected. */
export async function connected (a: EntrySet, b: EntrySet): Promise<{ a: SyncSession, b: SyncSession, runs: Promise<void[]>, streams: [Stream, Stream] }> {
  const streams = await streamPair()
  const sessions = [new SyncSession(streams[0], a.options()), new SyncSession(streams[1], b.options({ direction: 'inbound' }))] as const
  const runs = Promise.all(sessions.map(async (session) => session.run()))
  runs.catch(() => {})
  return { a: sessions[0], b: sessions[1], runs, streams }
}
