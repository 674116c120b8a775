import { AbortError, DfsError, NotDurableError } from '../errors.js'

/**
 * Returns the error with which a failed call rejects: AbortError when its signal ended it,
 * NodeStoppedError when the end of the node did, else `error` itself. NotDurableError stays, since
 * it says what is kept.
 */
export function abortReason (error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || error instanceof NotDurableError) return error
  const reason: unknown = signal.reason
  if (reason instanceof DfsError) return reason
  return error instanceof DfsError ? error : aborted(reason)
}

export function aborted (cause: unknown): AbortError {
  return cause instanceof AbortError ? cause : new AbortError('The operation was aborted', { cause })
}
