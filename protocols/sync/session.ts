/**
 * This file is both sides of /dfs/sync/1.0.0, which differ only in who leads the first round. Spec:
 * protocols/sync/README.md.
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

/** This clock is monotonic, and its timers keep no process alive. */
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
  /** True while this side works on a message; the peer owes nothing meanwhile. */
  #busy = false
  /** True when the peer ended the session with a refusal. */
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
   * Runs the session until either side closes. The side that opened the stream leads a round at
   * once and again at intervals; both sides answer and forward.
   *
   * @throws ProtocolError that ended the session: the refusal of the peer, the fault in the peer's
   *   messages (the peer was told), TIMEOUT or CLOSED
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
   * Leads a round that begins after this call. Resolves when both sides have all entries of either
   * side.
   *
   * @throws ProtocolError CLOSED when the stream ends before
   */
  async ask (options: AbortOptions = {}): Promise<RoundResult> {
    options.signal?.throwIfAborted()
    if (this.#over) throw new ProtocolError('CLOSED', 'The sync stream ended')
    return this.#rounds.ask(options)
  }

  /**
   * True when nothing is being sent to the peer and no round is under way: entries that the peer
   * has not acknowledged will then not be sent without a new round.
   */
  get quiet (): boolean {
    return this.#rounds.ended > 0 && !this.#rounds.underway && this.#live.empty
  }

  /**
   * Sends newly committed entries, in this order, as soon as the peer accepts them. It never waits
   * and never throws; a peer that is too slow must compare instead.
   */
  forward (entries: Uint8Array[]): void {
    if (this.#over) return
    this.#live.push('entries', entries)
    this.#pump()
  }

  /** Sends newly committed records, like `forward`. */
  forwardRecords (records: Uint8Array[]): void {
    if (this.#over) return
    this.#live.push('records', records)
    this.#pump()
  }

  /** Sends the queued entries and closes; `run` resolves when the peer has closed too. */
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
      // messages that arrive after `close` are ignored
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

  /** Commits a live page and returns the ids of the entries that were not kept. */
  async #take (entries: Uint8Array[]): Promise<Uint8Array> {
    await this.#init.receive(entries)
    // the stream is closed, so no acknowledgement can be sent
    if (this.#wire.channel.closed) return new Uint8Array(0)
    return sorted(await this.#init.source.missing(entries.map(idOf)))
  }

  /** Sends the forwarded entries, never during a round. */
  #pump (): void {
    this.#detach(this.#live.pump())
  }

  /**
   * Runs work beside the read loop. Its failure ends the session like a failure of the loop;
   * `close` cuts it off.
   */
  #detach (work: Promise<void>): void {
    work.catch((error: unknown) => { if (!this.#is('closing')) this.#stop.abort(error) })
  }

  /**
   * Updates what the peer owes and whether live pages may be sent. After `close` the peer owes its
   * own close too.
   */
  #update (): void {
    this.#wire.channel.expecting = this.#is('closing') || (!this.#busy && (this.#rounds.owed || this.#live.waiting))
    if (this.#is('running')) this.#pump()
  }

  /**
   * Ends the stream, and tells the peer the reason unless the peer refused or the stream is closed.
   */
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

/** Returns true for an error that means the stream is gone, as `close` wants. */
function isGone (error: unknown): boolean {
  return error instanceof ProtocolError && (error.code === 'CLOSED' || error.code === 'TIMEOUT')
}
