import { ProtocolError } from '../errors.js'

/** What all streams of this process together may hold, unread and unsent. */
export const MAX_HELD_BYTES = 256 * 1024 * 1024

/** One stream, as far as memory goes. */
export interface Holder {
  /** Whose fault it is: all streams of a peer count together. */
  readonly owner: string | undefined
  abort: (error: Error) => void
}

/**
 * Adds up what streams hold. Bounds a stream alone would allow some gigabytes over all peers; above the bound of them
 * all, the peer that holds most is reset.
 */
export class HeldBytes {
  readonly #maxBytes: number
  readonly #held = new Map<Holder, number>()
  #total = 0

  constructor (maxBytes = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes
  }

  get totalBytes (): number {
    return this.#total
  }

  /** `holder` now holds `bytes`. Resets the greediest peer while all together are above the bound. */
  set (holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#held.get(holder) ?? 0)
    if (bytes === 0) this.#held.delete(holder)
    else this.#held.set(holder, bytes)
    while (this.#total > this.#maxBytes) this.#resetGreediest()
  }

  #resetGreediest (): void {
    const owners = new Map<unknown, { bytes: number, holders: Holder[] }>()
    let greediest = { bytes: -1, holders: [] as Holder[] }
    for (const [holder, bytes] of this.#held) {
      const key = holder.owner ?? holder
      const sum = owners.get(key) ?? { bytes: 0, holders: [] }
      owners.set(key, sum)
      sum.bytes += bytes
      sum.holders.push(holder)
      if (sum.bytes > greediest.bytes) greediest = sum
    }
    for (const holder of greediest.holders) {
      this.#total -= this.#held.get(holder) ?? 0
      this.#held.delete(holder)
    }
    for (const holder of greediest.holders) holder.abort(new ProtocolError('LIMIT', 'The streams of this node hold too much, and those of this peer most'))
  }
}

/** Of this process: several nodes in one process share its memory. */
export const heldBytes = new HeldBytes()
