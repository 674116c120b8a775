/** What the sync tests share: two sets of entries and some records behind a session, and a bare peer that says what it is told to. */
import { streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import { compareBytes } from '../../../protocols/block/hash.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage, encodeMessage } from '../../../protocols/sync/codec.js'
import type { Message } from '../../../protocols/sync/codec.js'
import { addToDigest, emptyDigest } from '../../../protocols/sync/digest.js'
import { hex, idOf } from '../../../protocols/sync/entry-id.js'
import { SyncSession } from '../../../protocols/sync/session.js'
import type { ChildDigest, RecordHead, RoundResult, SetName, SyncClock, SyncInit, SyncSource } from '../../../protocols/sync/session.js'
import { entryOf, subjectOf } from '../../vectors/sync.js'

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const BAD = 'bad'
const nameOf = (entry: Uint8Array): string => /[a-z][\w .]*/.exec(new TextDecoder().decode(entry.subarray(2)))?.[0] ?? ''
const setOf = (entry: Uint8Array): SetName => nameOf(entry).startsWith('vault') ? 'vault' : 'file'

/** Entries in the order of their commits; those whose name begins with "vault" are of the vault kinds. */
export class EntrySet implements SyncSource {
  readonly sets = { vault: new Map<string, Uint8Array>(), file: new Map<string, Uint8Array>() }
  readonly members = new Map<number, RecordHead & { bytes: Uint8Array }>()
  /** What came by the wire, page by page, by name. */
  readonly received: string[][] = []
  readonly rounds: RoundResult[] = []
  readonly #sorted: Partial<Record<SetName, string[]>> = {}
  /** Entries that there is still room for. */
  room = Infinity
  /** There was no room for some of the last page. */
  full = false
  /** Of these it says that their writer has enough of such. */
  enough = new Set<string>()
  over = 0
  /** Names that are dropped when they come. */
  readonly unkept = new Set<string>()

  constructor (names: Iterable<string> = [], records: Array<[member: number, n: number]> = []) {
    for (const name of names) this.add(entryOf(name))
    for (const [member, n] of records) this.put(member, n)
  }

  add (entry: Uint8Array): void {
    const set = setOf(entry)
    this.sets[set].set(hex(idOf(entry)), entry)
    this.#sorted[set] = undefined
  }

  put (member: number, n: number): void {
    if ((this.members.get(member)?.n ?? -1) < n) this.members.set(member, { subject: subjectOf(member), life: 1, n, bytes: text(`record ${member} ${n}`) })
  }

  get names (): string[] {
    return [...this.sets.vault.values(), ...this.sets.file.values()].map(nameOf).sort()
  }

  get ns (): Array<[number, number]> {
    return [...this.members].map(([member, { n }]): [number, number] => [member, n]).sort(([a], [b]) => a - b)
  }

  #list (set: SetName, prefix: string): string[] {
    const sorted = this.#sorted[set] ??= [...this.sets[set].keys()].sort()
    return prefix === '' ? sorted : sorted.filter((id) => id.startsWith(prefix))
  }

  children (set: SetName, prefix: string): ChildDigest[] {
    const found = new Map<string, ChildDigest>()
    for (const id of this.#list(set, prefix)) {
      const name = id.slice(0, Math.max(2, prefix.length + 1))
      found.set(name, { prefix: name, ...addToDigest(found.get(name) ?? emptyDigest(), new Uint8Array(Buffer.from(id, 'hex'))) })
    }
    return [...found.values()]
  }

  ids (set: SetName, prefix: string, most: number): Uint8Array[] {
    return this.#list(set, prefix).slice(0, most).map((id) => new Uint8Array(Buffer.from(id, 'hex')))
  }

  idBytes (prefix: string): Uint8Array {
    const ids = [...this.sets.vault.keys(), ...this.sets.file.keys()].filter((id) => id.startsWith(prefix)).sort()
    return new Uint8Array(Buffer.from(ids.join(''), 'hex'))
  }

  missing (ids: Uint8Array[]): Uint8Array[] {
    return ids.filter((id) => !this.sets.vault.has(hex(id)) && !this.sets.file.has(hex(id)))
  }

  entries (ids: Uint8Array[]): Uint8Array[] {
    const wanted = new Set(ids.map(hex))
    return [...this.sets.vault, ...this.sets.file].filter(([id]) => wanted.has(id)).map(([, entry]) => entry)
  }

  * below (set: SetName, prefix: string): Generator<Uint8Array> {
    for (const [id, entry] of [...this.sets[set]]) if (id.startsWith(prefix)) yield entry
  }

  records (): RecordHead[] {
    return [...this.members.values()].sort((a, b) => compareBytes(b.subject, a.subject))
  }

  record (subject: Uint8Array): Uint8Array | undefined {
    return [...this.members.values()].find((member) => compareBytes(member.subject, subject) === 0)?.bytes
  }

  async receive (entries: Uint8Array[]): Promise<void> {
    const names = entries.map(nameOf)
    if (names.includes(BAD)) throw new ProtocolError('INVALID_DATA', 'The signature does not hold')
    this.received.push(names)
    this.full = false
    this.over = names.filter((name) => this.enough.has(name)).length
    for (const entry of entries) {
      if (this.unkept.has(nameOf(entry)) || this.enough.has(nameOf(entry)) || this.missing([idOf(entry)]).length === 0) continue
      if (this.room > 0 || setOf(entry) === 'vault') this.add(entry.slice())
      else this.full = true
      this.room--
    }
  }

  async receiveRecords (records: Uint8Array[]): Promise<void> {
    for (const bytes of records) {
      const [, member, n] = new TextDecoder().decode(bytes).split(' ')
      if (n === undefined) throw new ProtocolError('INVALID_DATA', 'No record')
      this.put(Number(member), Number(n))
    }
  }

  init (extra: Partial<SyncInit> = {}): SyncInit {
    return {
      direction: 'outbound',
      source: this,
      receive: async (entries) => {
        await this.receive(entries)
        return this.over === 0 ? this.full : { full: this.full, over: this.over }
      },
      receiveRecords: (records) => this.receiveRecords(records),
      onRound: (round) => { this.rounds.push(round) },
      ...extra
    }
  }
}

/** Time that stands still until it is moved. */
export class HandClock implements SyncClock {
  #now = 0
  readonly #waiting = new Set<{ at: number, call: () => void }>()

  now = (): number => this.#now

  after = (ms: number, call: () => void): () => void => {
    const alarm = { at: this.#now + ms, call }
    this.#waiting.add(alarm)
    return () => { this.#waiting.delete(alarm) }
  }

  /** How long until each alarm. */
  get alarms (): number[] {
    return [...this.#waiting].map(({ at }) => at - this.#now).sort((a, b) => a - b)
  }

  move (ms: number): void {
    this.#now += ms
    for (const alarm of [...this.#waiting]) {
      if (alarm.at > this.#now) continue
      this.#waiting.delete(alarm)
      alarm.call()
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

  /** Says something and hears the answer. */
  async ask (message: Message): Promise<Message | undefined> {
    await this.say(message)
    return await this.hear()
  }

  /** Reads until the end: what was said until then. */
  async hearAll (): Promise<Message[]> {
    const said: Message[] = []
    for (let message = await this.hear(); message !== undefined; message = await this.hear()) said.push(message)
    return said
  }

  /** The code of the refusal by which the other side ends; what it says before is passed over. */
  async refusal (): Promise<number | undefined> {
    return (await this.hearAll()).at(-1)?.refusal?.code
  }
}

export interface Against { session: SyncSession, peer: BarePeer, stream: Stream, run: Promise<void> }

/** A running session of a set, and a bare peer at the other end. */
export async function againstBare (set: EntrySet, extra: Partial<SyncInit> = {}): Promise<Against> {
  const [outbound, inbound] = await streamPair()
  const inside = extra.direction === 'inbound'
  const stream = inside ? inbound : outbound
  const peer = new BarePeer(inside ? outbound : inbound)
  const session = new SyncSession(stream, set.init(extra))
  const run = session.run()
  run.catch(() => {})
  return { session, peer, stream, run }
}

export interface Connected { a: SyncSession, b: SyncSession, runs: Promise<void[]>, streams: [Stream, Stream] }

/** Two running sessions, connected; `a` opened the stream. */
export async function connected (a: EntrySet, b: EntrySet, extra: Partial<SyncInit> = {}, streams?: [Stream, Stream]): Promise<Connected> {
  streams ??= await streamPair()
  const sessions = [new SyncSession(streams[0], a.init(extra)), new SyncSession(streams[1], b.init({ ...extra, direction: 'inbound' }))] as const
  const runs = Promise.all(sessions.map(async (session) => session.run()))
  runs.catch(() => {})
  return { a: sessions[0], b: sessions[1], runs, streams }
}
