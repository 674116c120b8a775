/**
 * Both sides of /dfs/sync/1.0.0, which are alike but for who leads the first round. Spec:
 * README.md.
 */
import type { AbortOptions, Stream } from '@libp2p/interface'
import { ProtocolError, fromWire } from '../errors.js'
import { closeAndLinger } from '../framing/linger.js'
import { sorted } from './answerer.js'
import { refusal } from './codec.js'
import type { Message } from './codec.js'
import { idOf } from './entry-id.js'
import { Live } from './live.js'
import { RoundBudget } from './round-budget.js'
import { Rounds } from './rounds.js'
import type { RoundResult, SyncClock, SyncInit, SyncStats } from './source.js'
import { Wire } from './wire.js'

export type { ChildDigest, LeftOut, RecordHead, RoundResult, SetName, SyncClock, SyncInit, SyncLimits, SyncSource, SyncStats } from './source.js'
export type { Digest } from './digest.js'
export { CheckPace } from './check-pace.js'
export { RoundBudget } from './round-budget.js'

type State = 'new' | 'running' | 'closing' | 'ended'

/** Monotonic; keeps no process alive. */
export const systemClock: SyncClock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}

export class SyncSession {
  readonly direction: 'inbound' | 'outbound'
  readonly #init: SyncInit
  readonly #wire: Wire
  readonly #rounds: Rounds
  readonly #live: Live
  readonly #stop = new AbortController()
  #state: State = 'new'
  /** This side works on a message: the peer owes nothing meanwhile. */
  #busy = false
  /** The peer said why it ends the session. */
  #refused = false

  constructor (stream: Stream, init: SyncInit) {
    this.direction = init.direction
    this.#init = init
    this.#wire = new Wire(stream, init.limits?.inactivityMs)
    const clock = init.clock ?? systemClock
    const shared = {
      changed: () => { this.#update() },
      detach: (work: Promise<void>) => { this.#detach(work) }
    }
    this.#rounds = new Rounds({ ...shared, init, clock, wire: this.#wire, budget: init.budget ?? new RoundBudget(clock.now()), running: () => this.#is('running') })
    this.#live = new Live({ changed: shared.changed, send: (message) => this.#wire.send(message), heard: (entries, left) => { init.onHeard?.(entries, left) }, mayBegin: () => this.#is('running') && this.#rounds.ended > 0 && !this.#rounds.underway })
  }

  /**
   * Leads a round at once when this side opened the stream, and again every now and then; answers
   * and forwards until either side closes. Rejects with the ProtocolError that ended it: the peer's
   * refusal, or what was wrong with the peer's messages (the peer was told), TIMEOUT or CLOSED.
   */
  async run (): Promise<void> {
    if (this.#state !== 'new') throw new Error('A session runs once')
    this.#state = 'running'
    if (this.direction === 'outbound') this.#rounds.lead()
    try {
      await this.#read()
      if (!this.#wire.channel.closed) void closeAndLinger(this.#wire.channel)
    } catch (error) {
      if (this.#is('closing') && isGone(error)) return
      this.#part(error)
      throw error
    } finally {
      this.#state = 'ended'
      this.#fail(new ProtocolError('CLOSED', 'The sync stream ended'))
    }
  }

  /**
   * One round led by this side, begun after this call: resolves when both sides have what either
   * had. Rejects CLOSED when the stream ends before.
   */
  async ask (options: AbortOptions = {}): Promise<RoundResult> {
    options.signal?.throwIfAborted()
    if (this.#over) throw new ProtocolError('CLOSED', 'The sync stream ended')
    return this.#rounds.ask(options)
  }

  /**
   * True when nothing is on its way to the peer and no round is under way: what it was not heard to
   * keep it will not be sent by itself.
   */
  get quiet (): boolean {
    return this.#rounds.ended > 0 && !this.#rounds.underway && this.#live.empty
  }

  /**
   * Sends newly committed entries, in this order, as soon as the peer takes them. Never waits,
   * never throws; a peer that is too slow is made to compare instead.
   */
  forward (entries: Uint8Array[]): void {
    if (this.#over) return
    this.#live.push('entries', entries)
    this.#pump()
  }

  /** The same for records. */
  forwardRecords (records: Uint8Array[]): void {
    if (this.#over) return
    this.#live.push('records', records)
    this.#pump()
  }

  /** Sends what is on its way and closes; `run` resolves when the peer has closed too. */
  async close (): Promise<void> {
    if (this.#over) return
    this.#state = 'closing'
    this.#fail(new ProtocolError('CLOSED', 'The sync stream was closed here'))
    this.#update()
    try {
      await this.#wire.channel.close()
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** Resets the stream; `run` rejects with `error`. */
  abort (error: Error): void {
    this.#wire.channel.abort(error)
  }

  get stats (): SyncStats {
    const { messagesSent, messagesReceived, bytesSent, bytesReceived } = this.#wire
    const { ended: rounds, paced, behindBy } = this.#rounds
    return { messagesSent, messagesReceived, bytesSent, bytesReceived, rounds, paced, ...(behindBy === undefined ? {} : { behindBy }) }
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
      this.#busy = false
      this.#update()
      const message = await this.#wire.read(this.#stop.signal)
      if (message === undefined) return
      // what comes after close is for nobody
      if (!this.#is('running')) continue
      this.#busy = true
      this.#update()
      await this.#handle(message)
    }
  }

  async #handle (message: Message): Promise<void> {
    const { started, wait, found, page, taken, heads, live, heard, behind, refusal: refused } = message
    if (refused !== undefined) {
      this.#refused = true
      throw fromWire(refused.code, refused.retry, refused.text)
    }
    if (live !== undefined) {
      const left = live.entries.length > 0 ? await this.#take(live.entries) : new Uint8Array(0)
      if (live.records.length > 0) await this.#init.receiveRecords(live.records)
      if (this.#is('running')) await this.#wire.send({ heard: { left } })
    } else if (heard !== undefined) {
      this.#live.heard(heard.left)
    } else if (behind !== undefined) {
      this.#rounds.behind()
    } else if ([started, wait, found, page, taken, heads].some((answer) => answer !== undefined)) {
      this.#rounds.answered(message)
    } else {
      await this.#rounds.requested(message)
    }
  }

  /** Commits a live page; the ids of those entries that are not kept. */
  async #take (entries: Uint8Array[]): Promise<Uint8Array> {
    await this.#init.receive(entries)
    // nobody is there to hear it
    if (this.#wire.channel.closed) return new Uint8Array(0)
    return sorted(await this.#init.source.missing(entries.map(idOf)))
  }

  /** Sends what was forwarded, never beside a round. */
  #pump (): void {
    this.#detach(this.#live.pump())
  }

  /**
   * Work beside the read loop: its failure ends the session, like a failure of the loop; after
   * `close` it is cut off by that.
   */
  #detach (work: Promise<void>): void {
    work.catch((error: unknown) => { if (!this.#is('closing')) this.#stop.abort(error) })
  }

  /**
   * What the peer owes may have changed, and whether live pages may go. After `close` it owes to
   * close too.
   */
  #update (): void {
    this.#wire.channel.expecting = this.#is('closing') || (!this.#busy && (this.#rounds.owed || this.#live.waiting))
    if (this.#is('running')) this.#pump()
  }

  /** Tells the peer why, unless it said so itself or cannot be told, and lets the stream go. */
  #part (error: unknown): void {
    const { channel } = this.#wire
    if (this.#refused) {
      void closeAndLinger(channel)
      return
    }
    if (channel.closed) return
    this.#wire.send({ refusal: refusal(error) }).catch(() => { /* it is gone */ })
    void closeAndLinger(channel)
  }

  #fail (error: ProtocolError): void {
    this.#rounds.fail(error)
    this.#live.fail(error)
  }
}

/** The stream is gone, which is what `close` wants. */
function isGone (error: unknown): boolean {
  return error instanceof ProtocolError && (error.code === 'CLOSED' || error.code === 'TIMEOUT')
}
