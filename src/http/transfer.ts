/** Bytes in and out of one request, at the pace of the slower side. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AbortError } from '../errors.js'
import { DoorError } from './problem.js'

/** Aborted when the caller goes away before it has its answer. */
export function untilGone (response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const gone = (): void => { if (!response.writableFinished) controller.abort(new AbortError('The caller went away')) }
  if (response.destroyed) gone()
  else response.once('close', gone)
  return controller.signal
}

/**
 * Yields the body. A body that is cut off, or stands still for `stallMs`, is an error, never a
 * shorter file.
 */
export async function * bodyOf (request: IncomingMessage, stallMs: number): AsyncGenerator<Uint8Array> {
  // the socket must still carry the answer when the node stops reading early
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>
  for (;;) {
    const piece = await within(stallMs, pieces.next(), 'The upload stood still for too long. Nothing is kept')
    if (piece.done === true) break
    yield piece.value
  }
  if (!request.complete) throw new AbortError('The upload was cut off. Nothing is kept')
}

async function within<T> (ms: number, next: Promise<T>, otherwise: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(new DoorError('STALLED', otherwise)) }, ms)
  try {
    return await Promise.race([next, promise])
  } finally {
    clearTimeout(timer)
    next.catch(() => {})
  }
}

/** Sends the pieces and waits for a slow reader; one that stands still for `stallMs` is given up. */
export async function send (response: ServerResponse, pieces: AsyncIterator<Uint8Array>, first: IteratorResult<Uint8Array>, { signal, stallMs }: { signal: AbortSignal, stallMs: number }): Promise<void> {
  try {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) {
      if (response.destroyed) signal.throwIfAborted()
      if (!response.write(piece.value)) await within(stallMs, once(response, 'drain', { signal }), 'The reader stood still')
    }
    response.end()
  } catch {
    // the status is sent: only a connection that breaks says that the content is not whole
    response.destroy()
  } finally {
    await pieces.return?.()
  }
}
