import { ProtocolError } from '../errors.js'

/** All streams of this process together may hold this many bytes, unread and unsent. */
export const MAX_HELD_BYTES = 256 * 1024 * 1024

/** A holder is one stream that holds memory. */
export interface Holder {
  /**
   * The remote peer: the bytes of all its streams count together. Undefined: the stream counts
   * alone.
   */
  readonly owner: string | undefined
  abort: (error: Error) => void
}

/**
 * This class adds up the bytes that streams hold. The bound of each stream alone would allow some
 * gigabytes over all peers. Above the bound for all streams, the peer whose streams hold most is
 * reset.
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

  /**
   * Records that `holder` now holds `bytes`. While the total is above the bound, resets all streams
   * of the peer that holds most.
   */
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

/** One sum serves the whole process, because several nodes in one process share its memory. */
export const heldBytes = new HeldBytes()
