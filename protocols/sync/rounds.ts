/**
 * This file decides which side leads a round, and when. Spec: protocols/sync/README.md,
 * "Conversation".
 */
import { randomBytes } from 'node:crypto'
import type { AbortOptions } from '@libp2p/interface'
import { ProtocolError } from '../errors.js'
import { Answerer, digests } from './answerer.js'
import { CheckPace } from './check-pace.js'
import type { Message } from './codec.js'
import { compareRecords } from './compare-records.js'
import { Comparison } from './compare.js'
import { MIN_WAIT_MS, NONCE_BYTES, ROUND_EVERY_MS } from './constants.js'
import { Requests } from './requests.js'
import { RoundBudget } from './round-budget.js'
import type { RoundResult, SyncClock, SyncInit } from './source.js'
import type { Start } from './messages.js'
import { CheckedView, keptView } from './views.js'
import type { Wire } from './wire.js'

type Waiter = PromiseWithResolvers<RoundResult>
/**
 * A round that this side leads: `begun` is true once the peer let it begin, `crossed` when a start
 * of the peer crossed with its start.
 */
interface Leading { requests: Requests, begun: boolean, crossed: boolean }

export interface RoundParts {
  init: SyncInit
  wire: Wire
  clock: SyncClock
  budget: RoundBudget
  /** Returns false before the session runs and after it has ended. */
  running: () => boolean
  /** Called when the owed answers, or the permission to send live pages, may have changed. */
  changed: () => void
  /** Runs work beside the read loop; its failure ends the session. */
  detach: (work: Promise<void>) => void
}

/** This class runs the rounds of one session. At most one is under way, led by either side. */
export class Rounds {
  readonly #parts: RoundParts
  /** The budget of the rounds that the peer made this side lead. */
  readonly #told: RoundBudget
  readonly #checks: CheckPace
  #leading: Leading | undefined
  #answering: Answerer | undefined
  #wanted = false
  #next: Waiter[] = []
  /** The callers that wait for the round that this side leads. */
  #waiters: Waiter[] = []
  #notBefore = -Infinity
  #stopWaiting: (() => void) | undefined
  #stopPeriod: (() => void) | undefined
  #began = { messages: 0, bytes: 0 }
  #lacking: number | undefined
  ended = 0
  paced = 0

  constructor (parts: RoundParts) {
    this.#parts = parts
    this.#told = new RoundBudget(parts.clock.now())
    this.#checks = parts.init.checks ?? new CheckPace(parts.clock.now(), 0)
  }

  /** True while one of the sides may send requests. */
  get underway (): boolean {
    return this.#leading?.begun === true || this.#answering !== undefined
  }

  /** True while the peer owes an answer or the next request of its round. */
  get owed (): boolean {
    return this.#leading?.requests.waiting === true || this.#answering !== undefined
  }

  /**
   * The number of entries that the peer has and this side lacks; undefined before the first round.
   */
  get behindBy (): number | undefined {
    if (this.#lacking === undefined) return undefined
    const received = this.#answering?.received ?? this.#leading?.requests.received ?? 0
    return Math.max(0, this.#lacking - received)
  }

  /** Leads a round as soon as the pace allows it. */
  lead (): void {
    this.#wanted = true
    this.#tryLead()
  }

  /**
   * Handles the peer's message that it dropped live entries. The message cannot make this side lead
   * faster than its own budget allows.
   */
  behind (): void {
    if (this.#wanted) return
    const ms = this.#told.take(this.#parts.clock.now())
    if (ms > 0) this.#pause(ms)
    this.lead()
  }

  /** Resolves when a round that begins after this call has ended. */
  async ask ({ signal }: AbortOptions): Promise<RoundResult> {
    const waiter = Promise.withResolvers<RoundResult>()
    const onAbort = (): void => { waiter.reject(signal?.reason) }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#next.push(waiter)
    this.#tryLead()
    try {
      return await waiter.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Handles a message that only a leader receives. */
  answered (message: Message): void {
    const requests = this.#leading?.requests
    if (requests === undefined) throw new ProtocolError('MALFORMED', 'An answer for which nobody asked')
    requests.answer(message)
  }

  /** Handles a message that only the answerer receives. */
  async requested (message: Message): Promise<void> {
    const reply = await this.#reply(message)
    if (reply !== undefined && this.#parts.running()) await this.#parts.wire.send(reply)
  }

  /** Rejects the callers that wait and ends all rounds. */
  fail (error: Error): void {
    this.#stopWaiting?.()
    this.#stopPeriod?.()
    for (const { reject } of [...this.#waiters, ...this.#next]) reject(error)
    this.#waiters = []
    this.#next = []
    this.#leading?.requests.fail(error)
    this.#leading = undefined
    void this.#answering?.end()
    this.#answering = undefined
  }

  #tryLead (): void {
    const { clock, init, running, detach } = this.#parts
    if (!running() || this.#leading !== undefined || this.#answering !== undefined) return
    if ((!this.#wanted && this.#next.length === 0) || clock.now() < this.#notBefore) return
    this.#wanted = false
    this.#waiters = this.#next
    this.#next = []
    const requests = new Requests(init, (message) => this.#parts.wire.send(message), this.#parts.changed)
    this.#leading = { requests, begun: false, crossed: false }
    detach(this.#lead(this.#leading))
  }

  async #lead (leading: Leading): Promise<void> {
    const { requests } = leading
    const { init, wire, changed } = this.#parts
    const mine: Start & Awaited<ReturnType<typeof digests>> = await digests(init.source)
    if (init.checks?.due(this.#parts.clock.now()) === true) mine.nonce = nonce()
    this.#began = { messages: wire.messages, bytes: wire.bytes }
    const { started, wait } = await requests.ask({ start: mine }, 'started', 'wait')
    if (started?.vault === undefined || started.file === undefined) {
      this.#postpone(wait?.ms ?? 0)
      return
    }
    leading.begun = true
    const theirs = started.vault.count + started.file.count
    this.#begin(theirs, mine.vault.count + mine.file.count)
    await new Comparison(requests, keptView(init.source, 'vault')).run(started.vault)
    await compareRecords(requests)
    await new Comparison(requests, keptView(init.source, 'file')).run(started.file)
    const checked = await this.#check(requests, mine, started)
    await requests.tell({ done: {} })
    // this must come first: the peer may begin a round as soon as it receives `done`
    const result = this.#result({ led: true, theirs, checked, left: requests.left }, requests)
    const waiters = this.#waiters
    this.#leading = undefined
    this.#waiters = []
    this.#finish(result)
    for (const { resolve } of waiters) resolve(result)
    if (wire.channel.closed) return
    this.#plan()
    changed()
    this.#tryLead()
  }

  /**
   * Compares both sets by digests under a fresh key, because chosen ids can make different sets
   * have equal sums. Resolves to false when the peer does not grant it at present.
   */
  async #check (requests: Requests, mine: Start, theirs: Start): Promise<boolean> {
    if (theirs.nonce === undefined) return false
    if (mine.nonce === undefined) throw new ProtocolError('MALFORMED', 'A checked round for which nobody asked')
    const count = (start: Start): number => (start.vault?.count ?? 0) + (start.file?.count ?? 0)
    const view = new CheckedView(this.#parts.init.source, [mine.nonce, theirs.nonce.slice()], Math.max(count(mine), count(theirs)))
    if (count(theirs) > 0) await new Comparison(requests, view).search({ count: count(theirs), sum: theirs.nonce })
    this.#parts.init.checks?.done(this.#parts.clock.now())
    return true
  }

  /** Postpones the round: the peer leads one that crossed with this start, or asked for a pause. */
  #postpone (ms: number): void {
    this.#leading = undefined
    this.#wanted = true
    this.#next = [...this.#waiters, ...this.#next]
    this.#waiters = []
    if (ms > 0 || this.#answering === undefined) this.#pause(Math.max(ms, MIN_WAIT_MS))
    this.#parts.changed()
  }

  #pause (ms: number): void {
    const { clock } = this.#parts
    this.#notBefore = clock.now() + ms
    this.#stopWaiting?.()
    this.#stopWaiting = clock.after(ms, () => {
      this.#notBefore = -Infinity
      this.#tryLead()
    })
  }

  /** Plans the next round of the side that opened the stream. */
  #plan (): void {
    const { init, clock } = this.#parts
    if (init.direction !== 'outbound') return
    const everyMs = init.limits?.roundEveryMs ?? ROUND_EVERY_MS
    this.#stopPeriod?.()
    this.#stopPeriod = clock.after(everyMs * (0.5 + (init.random ?? Math.random)()), () => { this.lead() })
  }

  async #reply (message: Message): Promise<Message | undefined> {
    const { start, done } = message
    if (start !== undefined) return await this.#started(start)
    const answerer = this.#answering
    if (answerer === undefined) throw new ProtocolError('MALFORMED', 'A request outside a round')
    if (done === undefined) return await answerer.answer(message)
    await answerer.end()
    if (answerer.checked) this.#parts.init.checks?.done(this.#parts.clock.now())
    const result = this.#result({ led: false, theirs: answerer.theirs, checked: answerer.checked, left: { count: 0, ids: [] } }, answerer)
    this.#answering = undefined
    this.#finish(result)
    this.#parts.changed()
    this.#tryLead()
    return undefined
  }

  async #started (start: NonNullable<Message['start']>): Promise<Message> {
    const { init, clock, budget, wire } = this.#parts
    if (this.underway) throw new ProtocolError('MALFORMED', 'A round inside a round')
    // when two starts cross, the start of the side that opened the stream counts
    if (this.#leading !== undefined && init.direction === 'outbound') {
      if (this.#leading.crossed) throw new ProtocolError('MALFORMED', 'A second start before the first was answered')
      this.#leading.crossed = true
      return { wait: { ms: 0 } }
    }
    const ms = budget.take(clock.now())
    if (ms > 0) {
      this.paced++
      return { wait: { ms } }
    }
    this.#began = wire.beforeLast
    const answerer = new Answerer(init, start)
    this.#answering = answerer
    const grants = start.nonce !== undefined && this.#checks.grant(clock.now())
    const { started } = await answerer.begin(grants ? nonce() : undefined)
    this.#begin(answerer.theirs, (started.vault?.count ?? 0) + (started.file?.count ?? 0))
    return { started }
  }

  #begin (theirs: number, mine: number): void {
    this.#lacking = Math.max(0, theirs - mine)
    this.#parts.changed()
  }

  #result (round: Pick<RoundResult, 'led' | 'theirs' | 'checked' | 'left'>, { received, sent }: { received: number, sent: number }): RoundResult {
    const { wire } = this.#parts
    return { ...round, received, sent, messages: wire.messages - this.#began.messages, bytes: wire.bytes - this.#began.bytes }
  }

  #finish (result: RoundResult): void {
    this.#lacking = 0
    this.ended++
    this.#parts.init.onRound?.(result)
  }
}

const nonce = (): Uint8Array => new Uint8Array(randomBytes(NONCE_BYTES))
