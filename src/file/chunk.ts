import { CHUNK_BYTES } from '../../protocols/block/tree.js'

/**
 * The first buffer has room for this many pieces of the length of the first piece. Small files then
 * cost little, and large ones reallocate once or twice.
 */
const GROWTH = 4

/**
 * Cuts a stream of bytes into pieces of exactly CHUNK_BYTES, except the last. An empty stream gives
 * none.
 *
 * A piece is valid only until the next one is requested: it is a view of the source's piece when
 * that contains a whole chunk, else a view of one buffer that is filled again and again.
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

  /** Appends as much of `piece` as fits into a chunk and returns how many bytes that was. */
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
