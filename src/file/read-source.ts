import { DfsError, SourceError } from '../errors.js'

export interface ReadSourceOptions {
  signal: AbortSignal
  /** Bytes that the source must give; fewer or more is SourceError. */
  size?: number
  /** Called with the length of each piece. */
  onRead?: (bytes: number) => void
}

type Iterators = AsyncIterator<Uint8Array> | Iterator<Uint8Array>

/**
 * A source from outside, checked. What it throws comes out as SourceError with the cause. An abort ends the waiting for
 * it at once, even when it never answers; it is told by `return()` whenever it is left before its end.
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

/** Also makes a throw of `next()` itself a rejection. */
async function ask (iterator: Iterators): Promise<IteratorResult<Uint8Array, unknown>> {
  return iterator.next()
}

/** Tells a source that may be busy for ever. Its answer is nobody's: why it is left is already on its way to the caller. */
function leave (iterator: Iterators): void {
  (async () => iterator.return?.())().catch(() => {})
}

function describe (cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Waits for one promise at a time, with one listener on the signal for all of them. */
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
