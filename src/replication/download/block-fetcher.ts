import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES, RAW } from '../../../protocols/block/cid.js'
import { ProtocolError } from '../../../protocols/errors.js'
import type { GetClient } from '../../../protocols/get/dialer.js'
import { INACTIVITY_MS } from '../../defaults.js'
import type { Peers } from '../../network/peers.js'
import { FetchAttempts } from './fetch-attempts.js'
import { Hedging, HEDGE_FROM_MS, LAST_BLOCKS, type Hedged } from './hedging.js'
import { abortable } from '../../async/abortable.js'
import type { FetchHints, OnDemandDialer, Search } from './on-demand-dialer.js'
import { noLogger, shortPeer, whyFailed } from '../../log.js'
import { PeerScores, type Asking } from './peer-scores.js'
import type { Clock } from '../../async/clock.js'

export interface FetchOptions {
  signal?: AbortSignal
  /** Length of the block where it is known. */
  size?: number
  /** Called with each block that came from a peer. */
  onFetched?: (peer: string, bytes: number) => void
  /** Which members may have it, and which without a connection may be dialled for it. @default as for a user who waits */
  need?: FetchHints
  /** Whether somebody reads in order and this is the block that comes next: a late one is then always hedged. @default never */
  isNext?: () => boolean
}

export interface BlockFetcherInit {
  /** @default none */
  logger?: ComponentLogger
  peers: Pick<Peers, 'sessions' | 'get' | 'addEventListener' | 'removeEventListener'>
  clients: { get: { to: (peer: string, options: { signal: AbortSignal }) => Promise<Pick<GetClient, 'want'>> } }
  timer: Clock
  /** Who is away and may have what nobody has, in words. */
  describeAbsent?: () => string
  /** How much longer nobody being connected does not mean that nobody will be. @default not at all */
  diallingMs?: () => number
  /** How long a holder that was lost is waited for. @default INACTIVITY_MS */
  inactivityMs?: number
  /** Members to dial when no connected one has a block. @default none */
  others?: OnDemandDialer
}

/** One block that is being fetched, for all who want it. */
interface Flight {
  readonly cid: CID
  readonly options: FetchOptions
  readonly need: FetchHints
  readonly controller: AbortController
  /** Callers that wait. */
  waiting: number
  /** Of those that read in order. */
  readonly isNext: Set<() => boolean>
  /** Of all that wait. */
  readonly onFetched: Set<NonNullable<FetchOptions['onFetched']>>
}

interface Attempt { peer: string, asking: Asking, /** What was expected of it. */ expectedMs: number, outcome: Promise<Outcome> }
type Outcome = { peer: string } & ({ bytes: Uint8Array } | { error: unknown })

/** Why what is still asked for ends when the block is here. One for all: making an error costs. */
const OVER = new Error('the block is here, or nobody waits for it')

/**
 * Where blocks come from when they are not here: connected members, several at once, those that should have a block
 * first, each in proportion to how fast it answers; where a node has links to some members only, a few of the others
 * after them. A block that is late is asked of a second member too (`hedging.ts`), so that one that is slow, stalls, lies or
 * vanishes costs one block's time. One in-flight table by CID, so that two readers of a block make one transfer.
 */
export class BlockFetcher {
  private readonly speeds: PeerScores
  private readonly hedging = new Hedging()
  /** When a session last ended: whoever is asked for right after it may be back, as for one that was lost in mid-transfer. */
  private lostAt = -Infinity
  private readonly inFlight = new Map<string, { promise: Promise<Uint8Array>, flight: Flight }>()

  private readonly log: Logger

  constructor (private readonly init: BlockFetcherInit) {
    this.log = (init.logger ?? noLogger).forComponent('dfs:download')
    this.speeds = new PeerScores(init.timer)
    init.peers.addEventListener('session:close', () => { this.lostAt = init.timer.now() })
  }

  /** What was asked for twice so far. */
  get hedged (): Hedged {
    return { ...this.hedging.told }
  }

  /** The block's bytes, verified against `cid`. Throws BlocksUnavailableError when no reachable member has it. */
  async fetch (cid: CID, options: FetchOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    const { need, isNext, onFetched } = options
    const key = cid.toString()
    let entry = this.inFlight.get(key)
    if (entry === undefined) {
      const flight: Flight = { cid, options, need: { ...need }, controller: new AbortController(), waiting: 0, isNext: new Set(), onFetched: new Set() }
      const promise = this.run(flight).finally(() => { this.forget(key, flight) })
      promise.catch(() => {}) // every waiting caller sees it through its own race below
      entry = { promise, flight }
      this.inFlight.set(key, entry)
    }
    const { flight, promise } = entry
    // somebody waits for it from now on
    if (need?.dial === undefined) delete flight.need.dial
    flight.need.writer ??= need?.writer
    flight.need.holders ??= need?.holders
    if (isNext !== undefined) flight.isNext.add(isNext)
    if (onFetched !== undefined) flight.onFetched.add(onFetched)
    flight.waiting++
    try {
      return await abortable(promise, options.signal)
    } finally {
      if (isNext !== undefined) flight.isNext.delete(isNext)
      if (onFetched !== undefined) flight.onFetched.delete(onFetched)
      flight.waiting--
      if (flight.waiting === 0) {
        // first, so that whoever comes now begins anew instead of joining what is being ended
        this.forget(key, flight)
        flight.controller.abort(OVER)
      }
    }
  }

  private forget (key: string, flight: Flight): void {
    if (this.inFlight.get(key)?.flight === flight) this.inFlight.delete(key)
  }

  private async run (flight: Flight): Promise<Uint8Array> {
    const { cid, need } = flight
    const { signal } = flight.controller
    const { others } = this.init
    const search = others?.search(need)
    const answers = new FetchAttempts()
    const attempts: Attempt[] = []
    let second: string | undefined
    for (;;) {
      if (attempts.length === 0) {
        const peer = this.best(need, (who) => answers.has(who))
        if (peer === undefined) {
          if (await this.another(answers, search, signal)) continue
          throw answers.unavailable(cid, search?.unreached ?? [], this.init.describeAbsent?.() ?? '')
        }
        attempts.push(this.attempt(peer, flight))
      }
      const outcome = await this.next(flight, attempts, answers)
      signal.throwIfAborted()
      if (outcome === undefined) {
        second = this.hedge(flight, attempts, answers) ?? second
        continue
      }
      attempts.splice(attempts.findIndex(({ peer }) => peer === outcome.peer), 1)
      if ('bytes' in outcome) {
        const { peer, bytes } = outcome
        others?.has(peer)
        this.log.trace('block %c: %d bytes from %s', cid, bytes.length, shortPeer(peer))
        this.hedging.came()
        if (second !== undefined) this.hedging.ended(bytes.length, second === peer)
        for (const onFetched of flight.onFetched) onFetched(peer, bytes.length)
        return bytes
      }
      const missing = answers.note(outcome.peer, outcome.error, this.init.peers.get(outcome.peer) === undefined)
      if (missing) others?.lacks(outcome.peer)
      this.log(missing ? 'block %c: %s has it not' : 'block %c: %s failed: %s', cid, shortPeer(outcome.peer), ...missing ? [] : [whyFailed(outcome.error)])
    }
  }

  /** Asks one member; its outcome is never a rejection. */
  private attempt (peer: string, { cid, controller: { signal }, options: { size } }: Flight): Attempt {
    const expectedMs = this.speeds.expectedMs(peer, size ?? MAX_BLOCK_BYTES)
    const asking = this.speeds.begin(peer)
    const ask = async (): Promise<Outcome> => {
      try {
        const client = await this.init.clients.get.to(peer, { signal })
        asking.sent()
        const bytes = await client.want(cid, size === undefined ? { signal } : { signal, size })
        asking.answered(bytes.length)
        return { peer, bytes }
      } catch (error) {
        if (signal.aborted) asking.left(size)
        // data that is wrong in itself is the writer's fault, not the holder's
        else if (error instanceof ProtocolError && (error.code === 'INCOMPLETE' || error.code === 'INVALID_DATA')) asking.refused()
        else asking.failed()
        return { peer, error }
      }
    }
    return { peer, asking, expectedMs, outcome: ask() }
  }

  /** The next answer; undefined when it is time to look whether a second member is asked. */
  private async next (flight: Flight, attempts: Attempt[], answers: FetchAttempts): Promise<Outcome | undefined> {
    const outcomes = attempts.map(({ outcome }) => outcome)
    const [only, another] = attempts
    if (only === undefined || another !== undefined) return Promise.race(outcomes)
    const { now, after } = this.init.timer
    const { promise, resolve } = Promise.withResolvers<undefined>()
    // who may be asked, and who waits, changes: it is looked at again before long, and ever less often
    const mostMs = Math.max(HEDGE_FROM_MS, (now() - only.asking.began) / 4)
    const { inMs } = this.late(flight, only, answers) ?? { inMs: mostMs }
    // one that is late already was just refused a hedge
    const cancel = after(inMs <= 0 ? mostMs : Math.min(mostMs, Math.ceil(inMs)), () => { resolve(undefined) })
    try {
      return await Promise.race([...outcomes, promise])
    } finally {
      cancel()
    }
  }

  /** Whom a block could be asked of as well, in how many milliseconds, and whether just this block is waited for. */
  private late (flight: Flight, only: Attempt, answers: FetchAttempts): { peer: string, inMs: number, next: boolean } | undefined {
    const peer = this.best(flight.need, (who) => who === only.peer || answers.has(who))
    if (peer === undefined) return undefined
    // all that lies below a manifest waits for it
    const next = flight.cid.code !== RAW || [...flight.isNext].some((isNext) => isNext())
    const lateMs = this.hedging.lateMs({ own: only.expectedMs, other: this.speeds.expectedMs(peer, flight.options.size ?? MAX_BLOCK_BYTES), next })
    return { peer, inMs: lateMs - (this.init.timer.now() - only.asking.began), next }
  }

  /** Asks a second member when it is time and there is a hedge left; its name. */
  private hedge (flight: Flight, attempts: Attempt[], answers: FetchAttempts): string | undefined {
    const [only] = attempts
    const late = only === undefined ? undefined : this.late(flight, only, answers)
    if (late === undefined || late.inMs > 0) return undefined
    const last = this.inFlight.size <= LAST_BLOCKS && this.speeds.outstanding(late.peer) === 0
    if (!this.hedging.take(late.next || last)) return undefined
    this.log('block %c: %s is late, so %s is asked too', flight.cid, shortPeer(only?.peer ?? ''), shortPeer(late.peer))
    attempts.push(this.attempt(late.peer, flight))
    return late.peer
  }

  /** Of those that should have it, else of all that are connected, the one that is expected to answer first. */
  private best ({ holders }: FetchHints, passed: (peer: string) => boolean): string | undefined {
    const here = this.init.peers.sessions().map(({ peer }) => peer).filter((peer) => !passed(peer))
    if (holders === undefined) return this.speeds.best(here)
    const should = new Set(holders)
    return this.speeds.best(here.filter((peer) => should.has(peer))) ?? this.speeds.best(here)
  }

  /** All who are connected have answered: true once there may be another. */
  private async another (answers: FetchAttempts, search: Search | undefined, signal: AbortSignal): Promise<boolean> {
    const { timer, diallingMs = () => 0, inactivityMs = INACTIVITY_MS } = this.init
    const { nobody } = answers
    const starting = nobody ? Math.ceil(diallingMs()) : 0
    if (starting === 0 && await search?.more(signal) === true) return true
    // a holder that was lost in mid-transfer may be back, or another come, within the time a stall is allowed
    const back = nobody ? Math.ceil(this.lostAt + inactivityMs - timer.now()) : 0
    const waitMs = answers.mayComeBack ? inactivityMs : Math.max(starting, back)
    return waitMs > 0 && (await this.anotherSession(answers, signal, waitMs) || await search?.more(signal) === true)
  }

  /** True once a session opened that was not asked, or that was lost and is back. */
  private async anotherSession (answers: FetchAttempts, signal: AbortSignal, ms: number): Promise<boolean> {
    const { peers, timer } = this.init
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const onOpen = (event: CustomEvent<{ peer: string }>): void => {
      if (answers.connected(event.detail.peer)) resolve(true)
    }
    const cancel = timer.after(ms, () => { resolve(false) })
    peers.addEventListener('session:open', onOpen)
    try {
      return await abortable(promise, signal)
    } finally {
      cancel()
      peers.removeEventListener('session:open', onOpen)
    }
  }
}
