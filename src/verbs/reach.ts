import { DEFAULT_DURABLE } from '../defaults.js'
import { ProtocolError } from '../../protocols/errors.js'
import type { Receipt } from '../replication/live-push.js'
import { awayText } from './away.js'
import { othersWithRoom } from './others.js'
import type { Parts } from './parts.js'

/** A member that was lost and is back: what it is handed moves the deadline on in this many attempts, no more. */
const COUNTED_ATTEMPTS = 3

/** Members without a connection that one put dials in vain; those that gave their word do not count. */
const MAX_DIALLED_IN_VAIN = 8

/** Brings the version to `peer`; calls `onBytes` with each block that was handed over. */
type Push = (peer: string, signal: AbortSignal, onBytes: () => void) => Promise<void>

/**
 * Which members a put waits for. With `durable` given it looks for others until that many have the version or there
 * was no progress for 30 s: no receipt, and no bytes handed over. A member that takes bytes and goes, again and again,
 * makes none: pins let it go on where it was, so that a few attempts are enough for an honest one. Without it, one other
 * member is enough, and none is waited for once the node had its time to find somebody. Where a node has links to some
 * members only, others are dialled when those are too few.
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

  /** @param seed of the version: in its order members are asked */
  constructor (private readonly parts: Parts, durable: number | undefined, private readonly seed?: Uint8Array) {
    this.required = durable !== undefined
    this.wanted = durable ?? Math.min(DEFAULT_DURABLE, parts.vault.members().length)
  }

  /** Connected members to feed from the first byte on. */
  first (): string[] {
    return this.candidates(new Set()).slice(0, this.wanted - 1)
  }

  /** Goes on with other members until enough have it; `receipts` grows by what `push` adds to it. */
  async rest (receipts: Receipt[], failures: Map<string, unknown>, push: Push, signal?: AbortSignal): Promise<void> {
    const tried = new Set(receipts.map(({ peer }) => peer))
    for (const [peer, error] of failures) {
      this.failures.set(peer, error)
      tried.add(peer)
    }
    this.progress()
    for (;;) {
      const have = new Set(receipts.map(({ peer }) => peer))
      const missing = this.wanted - 1 - have.size
      if (missing <= 0) return
      const known = new Set([...tried, ...have])
      const connected = this.candidates(known).slice(0, missing)
      const next = [...connected, ...this.others(known, missing - connected.length)]
      if (next.length === 0) {
        if (!await this.somebodyComes(tried, have, signal)) return
        continue
      }
      await Promise.all(next.map(async (peer) => {
        tried.add(peer)
        try {
          await push(peer, signal ?? new AbortController().signal, this.attempt(peer))
          this.inVain.delete(peer)
          this.progress()
        } catch (error) {
          signal?.throwIfAborted()
          this.failures.set(peer, error)
        }
      }))
    }
  }

  private progress (): void {
    const { waits, startedAt } = this.parts
    this.deadline = this.required ? performance.now() + waits.progressMs : startedAt + waits.answerMs
  }

  /** What to call when bytes were handed over in the attempt that begins. */
  private attempt (peer: string): () => void {
    const count = (this.attempts.get(peer) ?? 0) + 1
    this.attempts.set(peer, count)
    return count > COUNTED_ATTEMPTS ? () => {} : () => { this.progress() }
  }

  /** In words: why fewer members than wanted have the version. */
  why (): string {
    const reasons = [...this.failures].map(([peer, error]) => `${this.parts.vault.labelOf(peer)} ${reason(error)}`)
    return [...reasons, awayText(this.parts)].filter((text) => text !== '').join('; ')
  }

  private candidates (tried: Set<string>): string[] {
    const peers = this.parts.peers.sessions().map(({ peer }) => peer).filter((peer) => !tried.has(peer))
    return this.seed === undefined ? peers : this.parts.copies.byOrder(this.seed, peers)
  }

  /** Up to so many members to dial. A node that nobody is connected to dials for those only that were asked for: it is cut off. */
  private others (tried: Set<string>, most: number): string[] {
    if (most === 0 || (!this.required && this.parts.peers.sessions().length === 0)) return []
    const places = Math.min(most, MAX_DIALLED_IN_VAIN - this.inVain.size)
    const others = othersWithRoom(this.parts).filter((peer) => !tried.has(peer)).slice(0, Math.max(0, places))
    for (const peer of others) this.inVain.add(peer)
    return others
  }

  /** True when a member that was not tried, or was lost and is back, connects in time; one that has the version is nobody new. */
  private async somebodyComes (tried: Set<string>, have: Set<string>, signal?: AbortSignal): Promise<boolean> {
    const { peers } = this.parts
    const ms = Math.ceil(this.deadline - performance.now())
    if (ms <= 0) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const onOpen = (event: CustomEvent<{ peer: string }>): void => {
      if (have.has(event.detail.peer)) return
      tried.delete(event.detail.peer)
      resolve(true)
    }
    const limit = AbortSignal.any([AbortSignal.timeout(ms), ...(signal === undefined ? [] : [signal])])
    const onAbort = (): void => { resolve(false) }
    peers.addEventListener('session:open', onOpen)
    limit.addEventListener('abort', onAbort, { once: true })
    try {
      const came = await promise
      signal?.throwIfAborted()
      return came
    } finally {
      peers.removeEventListener('session:open', onOpen)
      limit.removeEventListener('abort', onAbort)
    }
  }
}

function reason (error: unknown): string {
  if (error instanceof ProtocolError) {
    switch (error.code) {
      case 'NO_SPACE': return 'has no room'
      case 'READ_ONLY': return 'takes no writes at present'
      case 'TIMEOUT': return 'stopped answering'
      case 'CLOSED': return 'went away'
      default: return `refused (${error.code})`
    }
  }
  return 'could not be reached'
}
