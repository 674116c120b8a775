/** A waiter is one pending wait for an event of a stream. */
export interface Waiter { wake: () => void, fail: (error: Error) => void }

export interface UntilOptions {
  signal?: AbortSignal | undefined
  /**
   * Starts a watch that ends the stream when no byte moves on it; the returned function stops the
   * watch.
   */
  watch: () => () => void
}

/**
 * Waits until `ready` is true; each `wake` checks again. One watch covers the whole wait, because a
 * wake is no progress.
 *
 * @param enlist registers the waiter; the returned function removes it
 */
export async function until (ready: () => boolean, { signal, watch }: UntilOptions, enlist: (waiter: Waiter) => () => void): Promise<void> {
  if (ready()) return
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = enlist({ wake: () => { if (ready()) resolve() }, fail: reject })
  const onAbort = (): void => { reject(signal?.reason as Error) }
  signal?.addEventListener('abort', onAbort, { once: true })
  const stop = watch()
  try {
    await promise
  } finally {
    stop()
    leave()
    signal?.removeEventListener('abort', onAbort)
  }
}
