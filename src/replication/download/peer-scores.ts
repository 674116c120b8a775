import { INACTIVITY_MS } from '../../defaults.js'
import type { Clock } from '../../async/clock.js'

interface Speed {
  /** Asked for and not answered. */
  outstanding: number
  /** Milliseconds a MiB, moving average; undefined before the first answer. */
  cost: number | undefined
  /** Failures in a row, those of long ago in part; a peer that failed is asked after the others. */
  failures: number
  /** When it last answered. */
  answeredAt: number
  /** When it was last asked, answered, failed or was given up on. */
  at: number
}

/** Before anything is measured. */
const FIRST_COST_MS_PER_MIB = 10
/** One of whom nothing is known is taken for so much of the cost of the fastest: it is tried before that one is asked for more. */
const UNKNOWN = 0.5
/** What comes in one piece with an answer before it seems to take no time at all. */
const LEAST_COST_MS_PER_MIB = 0.1
/** Weight of a MiB in the moving average. */
const NEWEST = 0.2
const MIB = 1024 ** 2
/** Each fixed part of an answer's time counts like this many bytes. */
const FIXED_BYTES = 64 * 1024
/** What is known of a peer that is not asked any more counts half as much after this: a bad minute does not stay for ever. */
export const HALVED_MS = 30_000

/** How fast members answer, and so who is likely to answer first. */
export class PeerScores {
  private readonly all = new Map<string, Speed>()

  constructor (private readonly timer: Pick<Clock, 'now'>) {}

  /** The one of `peers` whose answer is expected first. */
  best (peers: Iterable<string>): string | undefined {
    let best: string | undefined
    let least = Infinity
    const fastest = this.fastest()
    for (const peer of peers) {
      const expected = this.expectedMs(peer, MIB, fastest)
      if (expected < least) [best, least] = [peer, expected]
    }
    return best
  }

  /** How long an answer of `bytes` takes that is asked for now, behind those that are outstanding. */
  expectedMs (peer: string, bytes = MIB, fastest = this.fastest()): number {
    const speed = this.of(peer)
    const { cost, failures } = this.faded(speed, fastest)
    return (speed.outstanding + 1) * cost * units(bytes) + failures * INACTIVITY_MS
  }

  outstanding (peer: string): number {
    return this.all.get(peer)?.outstanding ?? 0
  }

  /** A block is asked of it. */
  begin (peer: string): Asking {
    const speed = this.of(peer)
    const { cost, failures } = this.faded(speed, this.fastest())
    speed.failures = failures
    if (speed.cost !== undefined) speed.cost = cost
    return new Asking(speed, cost, this.timer)
  }

  /** What is known of it, as far as it still counts. */
  private faded ({ cost, failures, at }: Speed, fastest: number): { cost: number, failures: number } {
    const fade = 2 ** ((this.timer.now() - at) / HALVED_MS)
    // nobody is thought to be faster than the fastest only because it was not asked for long
    return { cost: cost === undefined ? fastest * UNKNOWN : Math.max(fastest, cost / fade), failures: failures / fade }
  }

  private of (peer: string): Speed {
    let speed = this.all.get(peer)
    if (speed === undefined) this.all.set(peer, speed = { outstanding: 0, cost: undefined, failures: 0, answeredAt: -Infinity, at: this.timer.now() })
    return speed
  }

  private fastest (): number {
    let least = Infinity
    for (const { cost } of this.all.values()) if (cost !== undefined && cost < least) least = cost
    return least === Infinity ? FIRST_COST_MS_PER_MIB : least
  }
}

/** One block that was asked of one peer; exactly one of its endings is called. */
export class Asking {
  readonly began: number
  private sentAt: number

  /** @param before what it is thought to cost */
  constructor (private readonly speed: Speed, private readonly before: number, private readonly timer: Pick<Clock, 'now'>) {
    this.began = this.sentAt = speed.at = timer.now()
    speed.outstanding++
  }

  /** The stream is open; what that took is no measure of the peer's speed. */
  sent (): void {
    this.sentAt = this.timer.now()
  }

  answered (bytes: number): void {
    const { speed } = this
    const weight = 1 - (1 - NEWEST) ** units(bytes)
    const before = speed.cost ?? this.before
    speed.cost = before + (this.cost(bytes) - before) * weight
    speed.failures = 0
    speed.answeredAt = this.timer.now()
    this.end()
  }

  /** It answered that it does not send it. */
  refused (): void {
    this.speed.answeredAt = this.timer.now()
    this.end()
  }

  failed (): void {
    this.speed.failures++
    this.end()
  }

  /** Nobody waits for it any more, and it took at least until now. */
  left (bytes = MIB): void {
    const least = this.cost(bytes)
    if (least > (this.speed.cost ?? this.before)) this.speed.cost = least
    this.end()
  }

  /** A peer answers in turn: the time of an answer begins with the one before. */
  private cost (bytes: number): number {
    return Math.max(LEAST_COST_MS_PER_MIB, (this.timer.now() - Math.max(this.sentAt, this.speed.answeredAt)) / units(bytes))
  }

  private end (): void {
    this.speed.outstanding--
    this.speed.at = this.timer.now()
  }
}

function units (bytes: number): number {
  return (bytes + FIXED_BYTES) / MIB
}
