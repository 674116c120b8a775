/** Keeps connections to wanted peers: dials those that are away, each with its own back-off. */
import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddr } from '@multiformats/multiaddr'
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS } from '../defaults.js'
import { peerOf } from './addresses.js'
import type { Clock } from '../async/clock.js'

/** How often the list of addresses is asked for anew when nothing else happens. */
export const RECONNECT_ROUND_MS = 5_000
const MAX_DIALS_AT_ONCE = 16
/** Sessions that end sooner, one after the other, make the pauses longer: two machines with one key push each other out for ever. */
const SHORT_SESSION_MS = 60_000

export interface ReconnectQueueInit {
  clock: Clock
  /** From 0 to 1. */
  random: () => number
  /** This node's own PeerId, which is never dialled. */
  self: string
  /** True while a session with the peer is open. */
  connected: (peer: string) => boolean
  /** Resolves once the hello is finished. */
  dial: (peer: string, addresses: Multiaddr[], signal: AbortSignal) => Promise<unknown>
  onFailure?: (peer: string, err: unknown) => void
  minMs?: number
  maxMs?: number
}

interface Attempt {
  failures: number
  /** Not before; milliseconds of the clock. */
  due: number
  dialling: boolean
}

export class ReconnectQueue {
  readonly #init: ReconnectQueueInit
  readonly #sources: Array<() => string[]> = []
  readonly #attempts = new Map<string, Attempt>()
  /** When the last session of a peer opened, and how many before it were short, in a row. */
  readonly #opened = new Map<string, { at: number, short: number }>()
  readonly #stopped = new AbortController()
  #cancel: (() => void) | undefined

  constructor (init: ReconnectQueueInit) {
    this.#init = init
  }

  /** `addresses` is asked in each round; what is no multiaddr with a PeerId is passed over. */
  keep (addresses: () => string[]): void {
    this.#sources.push(addresses)
    this.wake()
  }

  /** A session opened: the peer starts afresh. */
  opened (peer: string): void {
    this.#attempts.delete(peer)
    this.#opened.set(peer, { at: this.#init.clock.now(), short: this.#opened.get(peer)?.short ?? 0 })
  }

  /** A session closed: not all at once when a network comes back. */
  closed (peer: string): void {
    const now = this.#init.clock.now()
    const { at, short } = this.#opened.get(peer) ?? { at: -Infinity, short: 0 }
    const failures = now - at < SHORT_SESSION_MS ? short : 0
    this.#opened.set(peer, { at, short: now - at < SHORT_SESSION_MS ? short + 1 : 0 })
    this.#attempts.set(peer, { failures, due: now + this.#delay(failures), dialling: false })
    this.wake()
  }

  /** Looks for peers to dial now. */
  wake (): void {
    if (this.#stopped.signal.aborted) return
    this.#cancel?.()
    const now = this.#init.clock.now()
    const wanted = this.#wanted()
    for (const peers of [this.#attempts, this.#opened]) for (const peer of peers.keys()) if (!wanted.has(peer)) peers.delete(peer)
    let next = now + RECONNECT_ROUND_MS
    let dialling = [...this.#attempts.values()].filter((attempt) => attempt.dialling).length
    for (const [peer, addresses] of wanted) {
      if (this.#init.connected(peer)) continue
      const attempt = this.#attempts.get(peer) ?? { failures: 0, due: now, dialling: false }
      this.#attempts.set(peer, attempt)
      if (attempt.dialling) continue
      if (attempt.due > now) {
        next = Math.min(next, attempt.due)
      } else if (dialling < MAX_DIALS_AT_ONCE) {
        dialling++
        void this.#dial(peer, addresses, attempt)
      }
    }
    this.#cancel = this.#init.clock.after(next - now, () => { this.wake() })
  }

  stop (): void {
    this.#stopped.abort()
    this.#cancel?.()
  }

  async #dial (peer: string, addresses: Multiaddr[], attempt: Attempt): Promise<void> {
    attempt.dialling = true
    try {
      await this.#init.dial(peer, addresses, this.#stopped.signal)
      attempt.failures = 0
    } catch (err) {
      if (this.#stopped.signal.aborted) return
      attempt.due = this.#init.clock.now() + this.#delay(attempt.failures)
      attempt.failures++
      this.#init.onFailure?.(peer, err)
    } finally {
      attempt.dialling = false
      this.wake()
    }
  }

  /** Doubles up to the maximum; between half and all of it by chance. */
  #delay (failures: number): number {
    const { minMs = RECONNECT_MIN_MS, maxMs = RECONNECT_MAX_MS, random } = this.#init
    return Math.min(maxMs, minMs * 2 ** Math.min(failures, 30)) * (0.5 + random() / 2)
  }

  #wanted (): Map<string, Multiaddr[]> {
    const wanted = new Map<string, Multiaddr[]>()
    for (const text of new Set(this.#sources.flatMap((source) => source()))) {
      const address = parse(text)
      const peer = address === undefined ? undefined : peerOf(address)
      if (address === undefined || peer === undefined || peer === this.#init.self) continue
      wanted.set(peer, [...wanted.get(peer) ?? [], address])
    }
    return wanted
  }
}

/** Addresses come from other members' records too: one that does not parse is theirs to mend. */
function parse (text: string): Multiaddr | undefined {
  try {
    return multiaddr(text)
  } catch {
    return undefined
  }
}
