import type { ClientRequest } from 'node:http'
import { DfsError, SourceError } from '../errors.js'
import type { PathSource } from '../api/node.js'
import type { PlainSource } from '../api/plain-source.js'

/**
 * Sends the source as the body of the request, as fast as the other side reads. Resolves when all
 * bytes are handed over, or when the request ended because no more are wanted.
 *
 * @throws SourceError when the source throws
 */
export async function upload (request: ClientRequest, source: Exclude<PlainSource, PathSource>): Promise<void> {
  // the code that reads the answer reports why a request ended
  request.on('error', () => {})
  if (source instanceof Uint8Array) {
    // the head and the body go out in one write, with the length in the head
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
