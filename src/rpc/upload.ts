import type { ClientRequest } from 'node:http'
import { DfsError, SourceError } from '../errors.js'
import type { PathSource } from '../api/node.js'
import type { PlainSource } from '../api/plain-source.js'

/**
 * Sends the source as the request's body, as fast as the other side reads. Resolves when all is handed over, or when
 * the request ended because nobody wants more. A source that throws is a SourceError.
 */
export async function upload (request: ClientRequest, source: Exclude<PlainSource, PathSource>): Promise<void> {
  // why a request ended is said where its answer is read
  request.on('error', () => {})
  if (source instanceof Uint8Array) {
    // with the head in one write, and its length in it
    request.end(source)
    return
  }
  try {
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      if (request.destroyed) return
      if (!request.write(piece)) await drained(request)
    }
  } catch (cause) {
    if (cause instanceof DfsError) throw cause
    throw new SourceError(`The source failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  request.end()
}

/** Resolves when the other side has read, or will never read again. */
async function drained (request: ClientRequest): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      request.off('drain', done)
      request.off('close', done)
      resolve()
    }
    request.on('drain', done)
    request.on('close', done)
    if (request.destroyed) done()
  })
}
