/** Who is shut out for a while, and where members came from. */
import type { Clock } from '../async/clock.js'

/** Of each kind; the oldest goes first. */
const MAX_REMEMBERED = 4096

export class KnownAddresses {
  /** Peers and address groups, until when. */
  readonly #barred = new Map<string, number>()
  readonly #trusted = new Map<string, true>()

  constructor (private readonly clock: Pick<Clock, 'now'>) {}

  /** Shuts a peer or an address group out for so long, or longer when it was already. */
  bar (key: string, ms: number): void {
    remember(this.#barred, key, Math.max(this.clock.now() + ms, this.#barred.get(key) ?? 0))
  }

  isBarred (key: string): boolean {
    const until = this.#barred.get(key)
    if (until === undefined) return false
    if (until > this.clock.now()) return true
    this.#barred.delete(key)
    return false
  }

  /** A member came from this address group: a bar on a stranger there does not shut the members out. */
  trust (group: string): void { remember(this.#trusted, group, true) }

  isTrusted (group: string): boolean { return this.#trusted.has(group) }
}

function remember<V> (map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.size > MAX_REMEMBERED ? map.keys() : []
  if (oldest !== undefined) map.delete(oldest)
}
