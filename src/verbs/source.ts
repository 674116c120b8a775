import { InvalidOptionError } from '../errors.js'
import type { PathSource, Source } from '../interface.js'

/** Any accepted source as one kind of iterable. A text is its UTF-8 bytes. */
export function asIterable (source: Exclude<Source, PathSource>): { bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, size?: number } {
  if (typeof source === 'string') return asIterable(new TextEncoder().encode(source))
  if (source instanceof Uint8Array) return { bytes: [source], size: source.length }
  const given: unknown = source
  if (given instanceof ReadableStream && !(Symbol.asyncIterator in given)) return { bytes: fromWeb(given as ReadableStream<Uint8Array>) }
  if (typeof given === 'object' && given !== null && (Symbol.asyncIterator in given || Symbol.iterator in given)) return { bytes: given as AsyncIterable<Uint8Array> }
  throw new InvalidOptionError('source', 'not something to read bytes from', 'AsyncIterable, Iterable, web ReadableStream, Uint8Array, string or { path }')
}

/** For runtimes whose web streams cannot be iterated. */
async function * fromWeb (stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
