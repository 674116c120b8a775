import { ownWorker } from './own-worker.js'

/**
 * Checks a whole index file on a thread of its own, while other connections may use the file.
 * Resolves with a list of faults, empty for a sound file. A file that is no database has a fault.
 * @throws the reason of the signal
 */
export async function checkIndex (path: string, options: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
  options.signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const worker = ownWorker(new URL('./check-worker.js', import.meta.url), { workerData: { path }, name: 'dfs check' })
  const onAbort = (): void => { reject(options.signal?.reason as Error) }
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => { reject(new Error('the check of the index ended without an answer')) })
  options.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
