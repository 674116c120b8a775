import { MAX_BLOCK_BYTES } from '../../protocols/block/cid.js'
import { InvalidDataError } from '../errors.js'

/** All bytes of a block that comes in pieces; InvalidDataError once they are more than a block may have. */
export async function collect (pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > MAX_BLOCK_BYTES) throw new InvalidDataError(`A block of more than ${MAX_BLOCK_BYTES} bytes`)
    parts.push(piece)
  }
  const only = parts[0]
  if (only !== undefined && parts.length === 1) return only
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
