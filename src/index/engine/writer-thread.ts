import type { Worker } from 'node:worker_threads'
import { StoreFailedError } from '../../errors.js'
import { ownWorker } from './own-worker.js'
import { Packer, unpackResults } from './packing.js'
import type { Statement, UnitResult } from './transaction.js'
import type { FromWriter, ToWriter } from './writer-worker.js'

/**
 * The event loop's side of the writing connection. It runs one group at a time and keeps the
 * process alive only while a group is being written.
 */
export class WriterThread {
  private waiting: PromiseWithResolvers<UnitResult[]> | undefined
  private closing: PromiseWithResolvers<void> | undefined
  private died: Error | undefined
  private readonly packer = new Packer()

  private constructor (private readonly worker: Worker) {
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) {
        const waiting = this.waiting
        this.waiting = undefined
        worker.unref()
        waiting?.resolve(unpackResults(message.results))
      } else if (message.error === undefined) {
        this.closing?.resolve()
      } else {
        this.closing?.reject(new StoreFailedError(`The index did not close: ${message.error}`))
      }
    })
    worker.on('error', (error) => { this.end(error instanceof Error ? error : new Error(String(error))) })
    worker.on('exit', () => { this.end(new Error('the writer thread ended')) })
  }

  static async start (path: string): Promise<WriterThread> {
    const worker = ownWorker(new URL('./writer-worker.js', import.meta.url), { workerData: { path }, name: 'dfs index' })
    const thread = new WriterThread(worker)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    worker.once('online', resolve)
    worker.once('error', reject)
    await promise
    worker.unref()
    return thread
  }

  async run (units: Statement[][]): Promise<UnitResult[]> {
    if (this.died !== undefined) throw this.died
    const packed = this.packer.pack(units)
    this.waiting = Promise.withResolvers<UnitResult[]>()
    this.worker.ref()
    this.worker.postMessage({ units: packed } satisfies ToWriter, [packed.bytes])
    return this.waiting.promise
  }

  async close (): Promise<void> {
    if (this.died !== undefined) return
    this.closing ??= Promise.withResolvers<void>()
    this.worker.ref()
    this.worker.postMessage({ close: true } satisfies ToWriter)
    await this.closing.promise
  }

  private end (error: Error): void {
    this.died ??= error
    this.waiting?.reject(this.died)
    this.waiting = undefined
    this.closing?.resolve()
  }
}
