/** Somebody who waits for what a stream does. */
export interface Waiter { wake: () => void, fail: (error: Error) => void }

export interface UntilOptions {
  signal?: AbortSignal | undefined
  /** Begins a watch that ends the stream when nothing moves on it; its result ends the watch. */
  watch: () => () => void
}

/**
 * Waits until `ready`, looking again after each wake. One watch for the whole wait: a wake is no progress.
 *
 * @param enlist takes in the waiter; its result takes it out
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
