import { CHUNK_BYTES } from '../../protocols/block/tree.js'

/** The first buffer has room for this many pieces like the first, so that small files cost little and large ones grow once or twice. */
const GROWTH = 4

/**
 * Cuts any stream of bytes into pieces of exactly CHUNK_BYTES, except the last. An empty stream gives none.
 *
 * A piece is valid only until the next one is asked for: it is a view of what the source gave, where a whole chunk lies
 * in it, or of one buffer that is filled again and again.
 */
export async function * chunk (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gather = new Gather()
  for await (const piece of source) {
    let at = 0
    while (at < piece.length) {
      if (gather.length === 0 && piece.length - at >= CHUNK_BYTES) {
        yield piece.subarray(at, at + CHUNK_BYTES)
        at += CHUNK_BYTES
        continue
      }
      at += gather.append(piece.subarray(at))
      if (gather.length === CHUNK_BYTES) yield gather.take()
    }
  }
  if (gather.length > 0) yield gather.take()
}

class Gather {
  length = 0
  private buffer = new Uint8Array(0)

  /** Takes as much of `piece` as fits into a chunk; returns how much that was. */
  append (piece: Uint8Array): number {
    const part = piece.subarray(0, CHUNK_BYTES - this.length)
    const needed = this.length + part.length
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, needed * GROWTH)).buffer)
      larger.set(this.buffer.subarray(0, this.length))
      this.buffer = larger
    }
    this.buffer.set(part, this.length)
    this.length = needed
    return part.length
  }

  take (): Uint8Array {
    const bytes = this.buffer.subarray(0, this.length)
    this.length = 0
    return bytes
  }
}
