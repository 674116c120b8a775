import { types } from 'node:util'
import type { PathSource, Source } from './files.js'

/** A plain source is a source that is no text, buffer or blob. */
export type PlainSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array | PathSource

/**
 * Returns the source as bytes, or as a stream of bytes; `size` is set where it is known. The bytes
 * share memory with a given buffer.
 */
export function plainSource (source: Source): { source: PlainSource, size?: number } {
  const bytes = bytesOf(source)
  if (bytes !== undefined) return { source: bytes, size: bytes.length }
  // a File is a Blob
  if (source instanceof Blob) return { source: source.stream(), size: source.size }
  return { source: source as PlainSource }
}

function bytesOf (source: unknown): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source
  if (typeof source === 'string') return new TextEncoder().encode(source)
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  return types.isArrayBuffer(source) ? new Uint8Array(source) : undefined
}
