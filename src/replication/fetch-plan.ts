import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../../protocols/errors.js'
import type { GetClient } from '../../protocols/get/dialer.js'
import { INACTIVITY_MS } from '../defaults.js'
import { BlocksUnavailableError } from '../errors.js'
import type { Peers } from '../network/peers.js'
import { abortable } from './links.js'
import type { Need, Others, Search } from './others.js'

export interface FetchOptions {
  signal?: AbortSignal
  /** Length of the block where it is known. */
  size?: number
  /** Called with each block that came from a peer. */
  onFetched?: (peer: string, bytes: number) => void
  /** Which members without a connection may be dialled for it. @default as for a user who waits */
  need?: Need
}

interface Speed {
  /** Blocks asked for and not answered. */
  outstanding: number
  /** Milliseconds a MiB, moving average; small is fast. */
  cost: number
  /** Failures in a row; a peer that failed is asked after the others. */
  failures: number
}

/** Before anything is measured every peer looks equally fast. */
const FIRST_COST_MS_PER_MIB = 10
/** Weight of the newest measurement in the moving average. */
const NEWEST = 0.2
const MIB = 1024 ** 2
/** Each fixed part of an answer's time counts like this many bytes. */
const FIXED_BYTES = 64 * 1024

/** How often a member that was lost while it had a block to send is asked for that block again. */
const RETURNS = 2

/**
 * Where blocks come from when they are not here: connected members, several at once, each in proportion to how fast it
 * answers; where a node has links to some members only, a few of the others after them. A holder that stalls, lies or
 * vanishes costs one block's time. One in-flight table by CID, so that two readers of a block make one transfer.
 */
export class FetchPlan {
  private readonly speeds = new Map<string, Speed>()
  /** When a session last ended: whoever is asked for right after it may be back, as for one that was lost in mid-transfer. */
  private lostAt = -Infinity
  private readonly inFlight = new Map<string, { promise: Promise<Uint8Array>, waiting: number, controller: AbortController, need: Need }>()

  /**
   * @param diallingMs how much longer nobody being connected does not mean that nobody will be
   * @param inactivityMs how long a holder that was lost is waited for
   * @param others members to dial when no connected one has a block
   */
  constructor (
    private readonly peers: Pick<Peers, 'sessions' | 'get' | 'addEventListener' | 'removeEventListener'>,
    private readonly links: { get: { to: (peer: string, options: { signal: AbortSignal }) => Promise<Pick<GetClient, 'want'>> } },
    private readonly describeAbsent: () => string,
    private readonly diallingMs = (): number => 0,
    private readonly inactivityMs = INACTIVITY_MS,
    private readonly others?: Others
  ) {
    peers.addEventListener('session:close', () => { this.lostAt = performance.now() })
  }

  /** The block's bytes, verified against `cid`. Throws BlocksUnavailableError when no reachable member has it. */
  async fetch (cid: CID, options: FetchOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    const key = cid.toString()
    let entry = this.inFlight.get(key)
    if (entry === undefined) {
      const controller = new AbortController()
      const need = { ...options.need }
      const promise = this.run(cid, controller.signal, need, options).finally(() => { this.forget(key, controller) })
      promise.catch(() => {}) // every waiting caller sees it through its own race below
      entry = { promise, waiting: 0, controller, need }
      this.inFlight.set(key, entry)
    }
    // somebody waits for it from now on
    if (options.need?.dial === undefined) delete entry.need.dial
    entry.waiting++
    try {
      return await abortable(entry.promise, options.signal)
    } finally {
      entry.waiting--
      if (entry.waiting === 0) {
        // first, so that whoever comes now begins anew instead of joining what is being ended
        this.forget(key, entry.controller)
        entry.controller.abort(new Error('nobody waits for this block'))
      }
    }
  }

  private forget (key: string, controller: AbortController): void {
    if (this.inFlight.get(key)?.controller === controller) this.inFlight.delete(key)
  }

  private async run (cid: CID, signal: AbortSignal, need: Need, { size, onFetched }: FetchOptions): Promise<Uint8Array> {
    const search = this.others?.search(need)
    const asked = new Map<string, string>()
    const returns = new Map<string, number>()
    let lastError: unknown
    for (;;) {
      const peer = this.best(asked)
      if (peer === undefined) {
        const nobody = asked.size === 0
        const starting = nobody ? Math.ceil(this.diallingMs()) : 0
        if (starting === 0 && await search?.more(signal) === true) continue
        // a holder that was lost in mid-transfer may be back, or another come, within the time a stall is allowed
        const lost = [...asked].some(([who, answer]) => answer === 'lost' && mayReturn(returns, who))
        const back = nobody ? Math.ceil(this.lostAt + this.inactivityMs - performance.now()) : 0
        const waitMs = lost ? this.inactivityMs : Math.max(starting, back)
        if (waitMs > 0 && (await this.anotherSession(asked, returns, signal, waitMs) || await search?.more(signal) === true)) continue
        throw this.unavailable(cid, asked, search, lastError)
      }
      const speed = this.speedOf(peer)
      const started = performance.now()
      speed.outstanding++
      try {
        const client = await this.links.get.to(peer, { signal })
        const bytes = await client.want(cid, size === undefined ? { signal } : { signal, size })
        const cost = (performance.now() - started) / ((bytes.length + FIXED_BYTES) / MIB) / speed.outstanding
        speed.cost += (cost - speed.cost) * NEWEST
        speed.failures = 0
        this.others?.has(peer)
        onFetched?.(peer, bytes.length)
        return bytes
      } catch (error) {
        signal.throwIfAborted()
        lastError = error
        const missing = error instanceof ProtocolError && error.code === 'INCOMPLETE'
        asked.set(peer, missing ? 'missing' : this.peers.get(peer) === undefined ? 'lost' : 'failed')
        if (missing) this.others?.lacks(peer)
        // data that is wrong in itself is the writer's fault, not the holder's
        if (!missing && !(error instanceof ProtocolError && error.code === 'INVALID_DATA')) speed.failures++
      } finally {
        speed.outstanding--
      }
    }
  }

  private best (asked: Map<string, string>): string | undefined {
    let best: string | undefined
    let least = Infinity
    for (const { peer } of this.peers.sessions()) {
      if (asked.has(peer)) continue
      const speed = this.speedOf(peer)
      const expected = (speed.outstanding + 1) * speed.cost + speed.failures * INACTIVITY_MS
      if (expected < least) [best, least] = [peer, expected]
    }
    return best
  }

  private speedOf (peer: string): Speed {
    let speed = this.speeds.get(peer)
    if (speed === undefined) this.speeds.set(peer, speed = { outstanding: 0, cost: FIRST_COST_MS_PER_MIB, failures: 0 })
    return speed
  }

  /** True once a session opened that was not asked, or that was lost and is back; `returns` counts how often. */
  private async anotherSession (asked: Map<string, string>, returns: Map<string, number>, signal: AbortSignal, ms: number): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ms)])
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const onOpen = (event: CustomEvent<{ peer: string }>): void => {
      const { peer } = event.detail
      if (asked.get(peer) === 'lost' && mayReturn(returns, peer)) {
        returns.set(peer, (returns.get(peer) ?? 0) + 1)
        asked.delete(peer)
      }
      if (!asked.has(peer)) resolve(true)
    }
    const onAbort = (): void => { resolve(false) }
    this.peers.addEventListener('session:open', onOpen)
    limit.addEventListener('abort', onAbort, { once: true })
    if (limit.aborted) resolve(false)
    try {
      return await promise
    } finally {
      this.peers.removeEventListener('session:open', onOpen)
      limit.removeEventListener('abort', onAbort)
      signal.throwIfAborted()
    }
  }

  private unavailable (cid: CID, asked: Map<string, string>, search: Search | undefined, cause: unknown): BlocksUnavailableError {
    const count = (what: string): number => [...asked.values()].filter((value) => value === what).length
    // one that was not reached may have connected by itself later
    const unreached = [...search?.unreached ?? []].filter((peer) => !asked.has(peer)).length
    const parts = [
      [count('missing'), 'do not have it'], [count('failed'), 'failed'], [count('lost'), 'went away'], [unreached, 'were not reached']
    ].filter(([n]) => n !== 0).map(([n, text]) => `${n ?? 0} ${text ?? ''}`)
    const all = asked.size + unreached
    const members = all === 0 ? 'no member is connected' : `of ${all} ${unreached === 0 ? 'connected ' : ''}members ${parts.join(', ')}`
    return new BlocksUnavailableError(`A part of this file is not here, and ${members} (block ${cid.toString()}). ${this.describeAbsent()}`.trim(), { cause })
  }
}

function mayReturn (returns: Map<string, number>, peer: string): boolean {
  return (returns.get(peer) ?? 0) < RETURNS
}
