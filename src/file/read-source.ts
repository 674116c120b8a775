import { DfsError, SourceError } from '../errors.js'

export interface ReadSourceOptions {
  signal: AbortSignal
  /** The number of bytes that the source must give; any other number is SourceError. */
  size?: number
  /** Called with the length of each piece. */
  onRead?: (bytes: number) => void
}

type Iterators = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/**
 * Yields the pieces of a caller's source, checked. An error of the source becomes SourceError with
 * the cause. An abort ends the wait at once, even when the source never answers. A source that is
 * left before its end is told by `return()`.
 */
export async function * readSource (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, { signal, size, onRead }: ReadSourceOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const waiting = new Waiting(signal)
  let total = 0
  let open = true
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await waiting.for(ask(iterator)).catch((cause: unknown) => {
        open = false // a source that threw has ended; one that did not answer is told below
        throw signal.aborted || cause instanceof DfsError ? cause : new SourceError(`The source failed: ${describe(cause)}`, { cause })
      })
      if (done === true) {
        open = false
        break
      }
      if (!((value as unknown) instanceof Uint8Array)) throw new SourceError('The source gave something other than a Uint8Array')
      total += value.length
      if (size !== undefined && total > size) throw new SourceError(`The source gave more than the ${size} bytes announced`)
      onRead?.(value.length)
      yield value
    }
    if (size !== undefined && total < size) throw new SourceError(`The source gave ${total} of the ${size} bytes announced`)
  } finally {
    waiting.end()
    if (open) await iterator.return?.()
    else if (signal.aborted) leave(iterator)
  }
}

/** Asks for the next piece; being async, it also turns a throw of `next()` into a rejection. */
async function ask (iterator: Iterators): Promise<IteratorResult<Uint8Array, unknown>> {
  return iterator.next()
}

/**
 * Asks the source to stop and ignores its answer: the caller already gets the reason, and a stuck
 * source must not delay that.
 */
function leave (iterator: Iterators): void {
  (async () => iterator.return?.())().catch(() => {})
}

function describe (cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** This class waits for one promise at a time, with one listener on the signal for all of them. */
class Waiting {
  private reject?: (reason: unknown) => void
  private readonly onAbort = (): void => { this.reject?.(this.signal.reason) }

  constructor (private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.onAbort)
  }

  async for<T> (promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.reject = reject
      promise.then(resolve, reject)
      if (this.signal.aborted) this.onAbort() // the source itself may have done it while it was asked
    })
  }

  end (): void {
    this.signal.removeEventListener('abort', this.onAbort)
  }
}
