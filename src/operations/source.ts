import { InvalidOptionError } from '../errors.js'
import type { PathSource } from '../api/node.js'
import type { PlainSource } from '../api/plain-source.js'

/** Returns any accepted source as an iterable. */
export function asIterable (source: Exclude<PlainSource, PathSource>): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (source instanceof Uint8Array) return [source]
  const given: unknown = source
  if (given instanceof ReadableStream && !(Symbol.asyncIterator in given)) return fromWeb(given as ReadableStream<Uint8Array>)
  if (typeof given === 'object' && given !== null && (Symbol.asyncIterator in given || Symbol.iterator in given)) return given as AsyncIterable<Uint8Array>
  throw new InvalidOptionError('source', 'not something to read bytes from', 'text, Uint8Array or another view, ArrayBuffer, Blob or File, AsyncIterable, Iterable, web ReadableStream or { path }')
}

/** Reads web streams in runtimes where these are not iterable. */
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
