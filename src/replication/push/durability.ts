import type { ComponentLogger, Logger } from '@libp2p/interface'
import { DEFAULT_DURABLE } from '../../defaults.js'
import { ProtocolError } from '../../../protocols/errors.js'
import type { Receipt } from './live-push.js'
import type { Peers } from '../../network/peers.js'
import type { PushPace, Pushing } from './push-pace.js'
import { noLogger, shortPeer } from '../../log.js'
import { Attempts } from './attempts.js'

export interface DurabilityComponents {
  /** @default none */
  logger?: ComponentLogger
  peers: Pick<Peers, 'sessions' | 'addEventListener' | 'removeEventListener'>
  pace: PushPace
  directory: {
    /** Members without a connection that take new blocks. */
    othersWithRoom: () => string[]
    /** Why nothing new is brought to a member; undefined: it takes blocks. */
    refusal: (peer: string) => string | undefined
    /** Members that may hold a copy, this one included. */
    holders: () => number
    labelOf: (peer: string) => string
    /** In words: which members are away. */
    awayText: () => string
    /** Until then, by performance.now(), that nobody is connected does not mean that nobody will be. */
    aloneUntil: number
  }
  placement: {
    /** Members in the order in which they should hold what has this seed. */
    byOrder: (seed: Uint8Array, peers: readonly string[]) => string[]
  }
  /** How long no member may make progress, milliseconds. */
  progressMs: number
}

/** A member that was lost and is back: what it is handed moves the deadline on in this many attempts, no more. */
const COUNTED_ATTEMPTS = 3

/** Members without a connection that one put dials in vain; those that gave their word do not count. */
const MAX_DIALLED_IN_VAIN = 8

/** Members that are late and go on while others are begun with. */
const MAX_LATE = 3

/** Brings the version to `peer`; calls `onBytes` with each block that was handed over, and tells `pushing` of each step. */
type Push = (peer: string, signal: AbortSignal, onBytes: () => void, pushing: Pushing) => Promise<void>


/**
 * Which members a put waits for. With `durable` given it looks for others until that many have the version or there
 * was no progress for 30 s: no receipt, and no bytes handed over. A member that takes bytes and goes, again and again,
 * makes none: pins let it go on where it was, so that a few attempts are enough for an honest one. Without it, one other
 * member is enough, and none is waited for once the node had its time to find somebody. Where a node has links to some
 * members only, others are dialled when those are too few.
 *
 * Nothing new is brought to who says that it lends or takes nothing. A member that is late (push-pace.ts) goes on, and the
 * next in order is begun with beside it: the put ends with the first words that are enough, and what is under way then is
 * dropped.
 */
export class Reach {
  readonly wanted: number
  /** `durable` was asked for: fewer is an error. */
  readonly required: boolean
  private readonly failures = new Map<string, unknown>()
  private readonly attempts = new Map<string, number>()
  /** Members that were dialled for this put and gave no word. */
  private readonly inVain = new Set<string>()
  /** By performance.now(), in milliseconds: when nobody new is waited for any more, nor one that is back tried again. */
  private deadline = 0
  private readonly log: Logger

  /** @param seed of the version: in its order members are asked */
  constructor (private readonly components: DurabilityComponents, durable: number | undefined, private readonly seed?: Uint8Array) {
    this.required = durable !== undefined
    this.log = (components.logger ?? noLogger).forComponent('dfs:push')
    this.wanted = durable ?? Math.min(DEFAULT_DURABLE, components.directory.holders())
  }

  /** Connected members to feed from the first byte on. */
  first (): string[] {
    return this.candidates(new Set()).slice(0, this.wanted - 1)
  }

  /** There is a connected member that takes blocks beside these. */
  another (peers: readonly string[]): boolean {
    return this.candidates(new Set(peers)).length > 0
  }

  /**
   * Goes on with other members until enough have it; `receipts` grows by what `push` adds to it.
   *
   * @param running members that were begun with and are late; each adds its receipt
   */
  async rest (receipts: Receipt[], failures: Map<string, unknown>, push: Push, signal?: AbortSignal, running = new Map<string, Promise<void>>()): Promise<void> {
    const { pace, peers } = this.components
    const tried = new Set(receipts.map(({ peer }) => peer))
    const attempts = new Attempts(pace, signal, (peer, error) => { this.ended(peer, error, signal) })
    for (const [peer, error] of failures) {
      this.failures.set(peer, error)
      // who was late has not failed: it is asked again after the others
      if (!pace.isLate(peer)) tried.add(peer)
    }
    for (const [peer, work] of running) {
      tried.add(peer)
      attempts.follow(peer, work)
    }
    const onOpen = ({ detail: { peer } }: CustomEvent<{ peer: string }>): void => {
      // one that has the version is nobody new, and one that is back has the time that is left
      if (attempts.has(peer) || receipts.some((receipt) => receipt.peer === peer) || (tried.has(peer) && performance.now() >= this.deadline)) return
      tried.delete(peer)
      attempts.wake()
    }
    peers.addEventListener('session:open', onOpen)
    this.progress()
    try {
      await this.until(receipts, tried, attempts, (peer) => {
        tried.add(peer)
        this.log('pushing to %s: %d of %d members have it', shortPeer(peer), receipts.length + 1, this.wanted)
        attempts.begin(peer, (_, limit, pushing) => push(peer, limit, this.attempt(peer), pushing))
      })
    } finally {
      peers.removeEventListener('session:open', onOpen)
      attempts.end()
    }
  }

  /** Until enough have it, or nobody comes any more in time. Throws the reason of the attempts' signal. */
  private async until (receipts: readonly Receipt[], tried: ReadonlySet<string>, attempts: Attempts, begin: (peer: string) => void): Promise<void> {
    for (;;) {
      const have = new Set(receipts.map(({ peer }) => peer))
      const missing = this.wanted - 1 - have.size
      if (missing <= 0) return
      attempts.throwIfAborted()
      const { late } = attempts
      this.next(new Set([...tried, ...have]), late < MAX_LATE ? missing - (attempts.size - late) : 0).forEach(begin)
      if (attempts.size > 0) await attempts.turn()
      else if (!await this.somebodyComes(attempts)) return
    }
  }

  private ended (peer: string, error: unknown, signal?: AbortSignal): void {
    if (error === undefined) {
      this.inVain.delete(peer)
      this.progress()
    } else if (signal?.aborted !== true) {
      this.failures.set(peer, error)
    }
  }

  /** True when a member that was not tried, or was lost and is back, connects in time. */
  private async somebodyComes (attempts: Attempts): Promise<boolean> {
    const ms = Math.ceil(this.deadline - performance.now())
    return ms > 0 && attempts.turn(ms)
  }

  /** Up to `most` members to begin with. */
  private next (known: Set<string>, most: number): string[] {
    if (most <= 0) return []
    const connected = this.candidates(known).slice(0, most)
    return [...connected, ...this.others(known, most - connected.length)]
  }

  private progress (): void {
    const { directory, progressMs } = this.components
    this.deadline = this.required ? performance.now() + progressMs : directory.aloneUntil
  }

  /** What to call when bytes were handed over in the attempt that begins. */
  private attempt (peer: string): () => void {
    const count = (this.attempts.get(peer) ?? 0) + 1
    this.attempts.set(peer, count)
    return count > COUNTED_ATTEMPTS ? () => {} : () => { this.progress() }
  }

  /** In words: why fewer members than wanted have the version. */
  why (): string {
    const { directory, peers } = this.components
    const passed = peers.sessions().map(({ peer }) => [peer, directory.refusal(peer)] as const).filter(([, why]) => why !== undefined)
    const reasons = [...[...this.failures].map(([peer, error]) => [peer, reason(error)] as const), ...passed].map(([peer, why]) => `${directory.labelOf(peer)} ${why ?? ''}`)
    return [...reasons, directory.awayText()].filter((text) => text !== '').join('; ')
  }

  private candidates (tried: Set<string>): string[] {
    const { directory, pace, peers, placement } = this.components
    const open = peers.sessions().map(({ peer }) => peer).filter((peer) => !tried.has(peer) && directory.refusal(peer) === undefined)
    return pace.sorted(this.seed === undefined ? open : placement.byOrder(this.seed, open))
  }

  /** Up to so many members to dial. A node that nobody is connected to dials for those only that were asked for: it is cut off. */
  private others (tried: Set<string>, most: number): string[] {
    if (most === 0 || (!this.required && this.components.peers.sessions().length === 0)) return []
    const places = Math.min(most, MAX_DIALLED_IN_VAIN - this.inVain.size)
    const others = this.components.directory.othersWithRoom().filter((peer) => !tried.has(peer)).slice(0, Math.max(0, places))
    for (const peer of others) this.inVain.add(peer)
    return others
  }
}

/** In words: why a member did not what it was asked for. */
export function reason (error: unknown): string {
  if (error instanceof ProtocolError) {
    switch (error.code) {
      case 'NO_SPACE': return 'has no room'
      case 'READ_ONLY': return 'takes no writes at present'
      case 'TIMEOUT': return 'stopped answering'
      case 'CLOSED': return 'went away'
      case 'INCOMPLETE': return 'does not keep all of it'
      default: return `refused (${error.code})`
    }
  }
  return 'could not be reached'
}
