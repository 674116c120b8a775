import type { Worker } from 'node:worker_threads'
import { StoreFailedError } from '../../errors.js'
import { ownWorker } from './own-worker.js'
import { Packer, unpackResults } from './packing.js'
import type { Statement, UnitResult } from './transaction.js'
import type { FromWriter, ToWriter } from './writer-worker.js'

/**
 * The event loop's side of the writing connection. The thread starts with the first group: a process
 * that only reads needs none. One group runs at a time, and the process is kept alive only while a
 * group is being written.
 */
export class WriterThread {
  private waiting: PromiseWithResolvers<UnitResult[]> | undefined
  private closing: PromiseWithResolvers<void> | undefined
  private died: Error | undefined
  private readonly packer = new Packer()

  private started: Worker | undefined

  private constructor (private readonly path: string) {}

  static open (path: string): WriterThread {
    return new WriterThread(path)
  }

  private start (): Worker {
    const worker = ownWorker(new URL('./writer-worker.js', import.meta.url), { workerData: { path: this.path }, name: 'dfs index' })
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
    return worker
  }

  async run (units: Statement[][]): Promise<UnitResult[]> {
    if (this.died !== undefined) throw this.died
    const packed = this.packer.pack(units)
    this.waiting = Promise.withResolvers<UnitResult[]>()
    this.started ??= this.start()
    this.started.ref()
    this.started.postMessage({ units: packed } satisfies ToWriter, [packed.bytes])
    return this.waiting.promise
  }

  async close (): Promise<void> {
    if (this.died !== undefined || this.started === undefined) return
    this.closing ??= Promise.withResolvers<void>()
    this.started.ref()
    this.started.postMessage({ close: true } satisfies ToWriter)
    await this.closing.promise
  }

  private end (error: Error): void {
    this.died ??= error
    this.waiting?.reject(this.died)
    this.waiting = undefined
    this.closing?.resolve()
  }
}
