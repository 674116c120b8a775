/** Both sides of /dfs/sync/0.1.0, which are alike. Spec: README.md. */
import type { AbortOptions, Stream } from '@libp2p/interface'
import { ProtocolError, fromWire } from '../errors.js'
import { Channel } from '../framing.js'
import { closeAndLinger } from '../framing/linger.js'
import { decodeMessage, encodeMessage, refusal } from './codec.js'
import type { Message } from './codec.js'
import { LIVE_ROUND, MAX_ROUND, MAX_SYNC_BUFFERED_BYTES, MAX_SYNC_MESSAGE_BYTES } from './constants.js'
import { sameDigest } from './digest.js'
import type { Digest } from './digest.js'
import { LiveQueue, pages } from './live-queue.js'

export interface SyncSource {
  /** Of all entries that are kept, at this moment. */
  digest: () => Digest | Promise<Digest>
  /** All entries that are kept, vault kinds (admit, revoke, setting) first. Pulled page by page at the speed of the peer: hold no transaction open in between. */
  entries: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface SyncOptions {
  /** Who opened the stream; the conversation is the same. */
  direction: 'inbound' | 'outbound'
  source: SyncSource
  /**
   * Verifies and commits one page; known entries are dropped silently. Throws a ProtocolError for a bad one, having
   * kept nothing of it: the peer is refused with its code. The arrays are views: copy what is kept. Must not await
   * `ask` of the same session, whose answer is read only after it.
   */
  receive: (entries: Uint8Array[]) => Promise<void>
  /** No byte for this long, while the peer owes something, ends the stream. @default INACTIVITY_MS of the framing */
  inactivityMs?: number
}

type Waiter = PromiseWithResolvers<void>
type State = 'new' | 'running' | 'closing' | 'ended'

export class SyncSession {
  readonly direction: 'inbound' | 'outbound'
  readonly #channel: Channel
  readonly #source: SyncSource
  readonly #receive: (entries: Uint8Array[]) => Promise<void>
  readonly #stop = new AbortController()
  readonly #queue = new LiveQueue()
  /** The round that this side asked for and that is not answered yet. */
  #asked: { round: number, waiters: Waiter[] } | undefined
  #next: Waiter[] = []
  #wanted = false
  #lastAsked = 0
  #lastAnswered = 0
  #answering = false
  #pumping = false
  /** Pages that the peer has not acknowledged, by round. */
  readonly #unacknowledged = new Map<number, Waiter>()
  #state: State = 'new'
  /** The peer said why it ends the session. */
  #refused = false

  constructor (stream: Stream, options: SyncOptions) {
    this.direction = options.direction
    this.#source = options.source
    this.#receive = options.receive
    this.#channel = new Channel(stream, { maxMessageBytes: MAX_SYNC_MESSAGE_BYTES, maxBufferedBytes: MAX_SYNC_BUFFERED_BYTES, inactivityMs: options.inactivityMs })
  }

  /**
   * Asks once, then answers and forwards until either side closes the stream. Rejects with the ProtocolError that
   * ended it: the peer's refusal, or what was wrong with the peer's messages (the peer was told), TIMEOUT or CLOSED.
   */
  async run (): Promise<void> {
    if (this.#state !== 'new') throw new Error('A session runs once')
    this.#state = 'running'
    this.#wanted = true
    this.#startRound()
    try {
      await this.#read()
      if (!this.#channel.closed) void closeAndLinger(this.#channel)
    } catch (error) {
      if (this.#is('closing') && isGone(error)) return
      this.#part(error)
      throw error
    } finally {
      this.#state = 'ended'
      this.#settle(new ProtocolError('CLOSED', 'The sync stream ended'))
    }
  }

  /** One round of asking: resolves when everything that the peer had has been received and committed. Rejects CLOSED when the stream ends before. */
  async ask (options: AbortOptions = {}): Promise<void> {
    const { signal } = options
    signal?.throwIfAborted()
    if (this.#over) throw new ProtocolError('CLOSED', 'The sync stream ended')
    const waiter = Promise.withResolvers<void>()
    const onAbort = (): void => { waiter.reject(signal?.reason) }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#next.push(waiter)
    this.#startRound()
    try {
      await waiter.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Sends newly committed entries, in this order, as soon as the peer takes them. Never waits, never throws; a peer that is too slow is made to ask by digest instead. */
  forward (entries: Uint8Array[]): void {
    if (this.#over) return
    this.#queue.push(entries)
    this.#pump()
  }

  /** Sends what is on its way and closes; `run` resolves when the peer has closed too. */
  async close (): Promise<void> {
    if (this.#over) return
    this.#state = 'closing'
    this.#settle(new ProtocolError('CLOSED', 'The sync stream was closed here'))
    this.#update()
    try {
      await this.#channel.close()
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** Resets the stream; `run` rejects with `error`. */
  abort (error: Error): void {
    this.#channel.abort(error)
  }

  #is (state: State): boolean {
    return this.#state === state
  }

  get #over (): boolean {
    return this.#state === 'closing' || this.#state === 'ended'
  }

  async #read (): Promise<void> {
    for (;;) {
      this.#stop.signal.throwIfAborted()
      this.#update()
      const bytes = await this.#channel.read({ inactivityMs: Infinity, signal: this.#stop.signal })
      if (bytes === undefined) return
      // what comes after close is for nobody
      if (!this.#is('running')) continue
      await this.#handle(decodeMessage(bytes))
    }
  }

  async #handle (message: Message): Promise<void> {
    const { digest, entries, more, end, behind, refusal: refused } = message
    if (refused !== undefined) {
      this.#refused = true
      throw fromWire(refused.code, refused.retry, refused.text)
    }
    if (digest !== undefined) {
      if (this.#answering) throw new ProtocolError('LIMIT', 'A second digest before the first was answered', { retry: false })
      if (digest.round !== this.#lastAnswered + 1) throw new ProtocolError('MALFORMED', `Round ${digest.round} after ${this.#lastAnswered}`)
      this.#answering = true
      this.#lastAnswered = digest.round
      this.#detach(this.#answer(digest.round, digest))
    } else if (entries !== undefined) {
      if (entries.round !== LIVE_ROUND && entries.round !== this.#asked?.round) throw new ProtocolError('MALFORMED', 'Entries for which nobody asked')
      // while this side works the peer owes nothing
      this.#channel.expecting = false
      await this.#receive(entries.entries)
      if (this.#is('running')) await this.#send({ more: { round: entries.round } })
    } else if (more !== undefined) {
      const page = this.#unacknowledged.get(more.round)
      if (page === undefined) throw new ProtocolError('MALFORMED', 'A page was acknowledged that was not sent')
      this.#unacknowledged.delete(more.round)
      page.resolve()
    } else if (end !== undefined) {
      const asked = this.#asked
      if (asked === undefined || asked.round !== end.round) throw new ProtocolError('MALFORMED', 'The end of a round that was not asked for')
      this.#asked = undefined
      for (const waiter of asked.waiters) waiter.resolve()
      this.#startRound()
    } else if (behind !== undefined) {
      this.#wanted = true
      this.#startRound()
    }
  }

  #startRound (): void {
    if (!this.#is('running') || this.#asked !== undefined || (this.#next.length === 0 && !this.#wanted)) return
    const round = ++this.#lastAsked
    this.#asked = { round, waiters: this.#next }
    this.#next = []
    this.#wanted = false
    this.#detach((async () => {
      if (round > MAX_ROUND) throw new ProtocolError('LIMIT', 'The stream has no rounds left')
      const { count, sum } = await this.#source.digest()
      await this.#send({ digest: { round, count, sum } })
      this.#update()
    })())
  }

  async #answer (round: number, theirs: Digest): Promise<void> {
    if (!sameDigest(theirs, await this.#source.digest())) {
      for await (const page of pages(this.#source.entries())) await this.#sendPage(round, page)
    }
    // before it is sent: the next digest may be here before this write resolves
    this.#answering = false
    await this.#send({ end: { round } })
    this.#pump()
  }

  /** Sends what was forwarded, never beside the answer to a round: an entry that leans on others comes after them. */
  #pump (): void {
    if (this.#pumping || this.#answering || this.#lastAnswered === 0 || !this.#is('running')) return
    this.#pumping = true
    this.#detach((async () => {
      try {
        while (!this.#answering && this.#is('running')) {
          const page = this.#queue.take()
          if (page !== undefined) await this.#sendPage(LIVE_ROUND, page)
          else if (this.#queue.takeBehind()) await this.#send({ behind: {} })
          else break
        }
      } finally {
        this.#pumping = false
      }
    })())
  }

  /** Resolves when the peer has committed the page. */
  async #sendPage (round: number, entries: Uint8Array[]): Promise<void> {
    const acknowledged = Promise.withResolvers<void>()
    this.#unacknowledged.set(round, acknowledged)
    // a write that fails leaves it to nobody
    acknowledged.promise.catch(() => {})
    await this.#send({ entries: { round, entries } })
    this.#update()
    await acknowledged.promise
  }

  async #send (message: Message): Promise<void> {
    await this.#channel.write(encodeMessage(message))
  }

  /** Work beside the read loop: its failure ends the session, like a failure of the loop. */
  #detach (work: Promise<void>): void {
    work.catch((error: unknown) => { this.#stop.abort(error) })
  }

  /** The peer owes an answer, a page or an acknowledgement; or, after `close`, to close too. */
  #update (): void {
    this.#channel.expecting = this.#is('closing') || this.#asked !== undefined || this.#unacknowledged.size > 0
  }

  /** Tells the peer why, unless it said so itself or cannot be told, and lets the stream go. */
  #part (error: unknown): void {
    if (this.#refused) {
      void closeAndLinger(this.#channel)
      return
    }
    if (this.#channel.closed) return
    this.#channel.write(encodeMessage({ refusal: refusal(error) })).catch(() => {})
    void closeAndLinger(this.#channel)
  }

  #settle (error: ProtocolError): void {
    const waiters = [...this.#asked?.waiters ?? [], ...this.#next, ...this.#unacknowledged.values()]
    this.#asked = undefined
    this.#next = []
    this.#unacknowledged.clear()
    for (const waiter of waiters) waiter.reject(error)
  }
}

/** The stream is gone, which is what `close` wants. */
function isGone (error: unknown): boolean {
  return error instanceof ProtocolError && (error.code === 'CLOSED' || error.code === 'TIMEOUT')
}
