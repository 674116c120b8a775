import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { ProtocolError } from '../../../protocols/errors.js'
import { readEntry, type Entry } from '../../../protocols/vault/entry.js'
import { NodeStoppedError } from '../../errors.js'
import { ownWorker } from '../../index/engine/own-worker.js'
import { readStored } from './entry-rows.js'
import type { ToVerify, Verified } from './verify-worker.js'

/**
 * At most this many entries are verified on this thread: one takes 60 us, less than a message to
 * the other thread and back.
 */
const IN_PLACE_ENTRIES = 4
/**
 * This many entries are parsed (without a thread: verified) before other work runs: a few
 * milliseconds.
 */
const TURN_ENTRIES = 32
/**
 * A thread that dies is replaced until this many were started. After that this thread verifies
 * everything.
 */
const MAX_THREADS = 3
/**
 * The thread keeps no state, so more memory than this is a fault, which ends the thread and not the
 * process. A small young generation costs no speed and saves 24 MiB.
 */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

export interface VerifierInit {
  /** Starts the thread. @default a thread that runs verify-worker.ts */
  start?: () => Worker
}

/**
 * `done` resolves with true when the thread verified all entries of the job, and with false when
 * the thread died first.
 */
interface Job { entries: number, done: PromiseWithResolvers<boolean> }

/**
 * The verifier checks form and signatures of entries on a thread of its own, which starts with the
 * first long list. Each returned entry was verified in exactly the bytes that it is parsed from.
 */
export class Verifier {
  private worker: Worker | undefined
  private threads = 0
  private lists = 0
  private readonly jobs = new Map<number, Job>()
  private closing: Promise<void> | undefined
  private readonly start: () => Worker

  constructor ({ start = startThread }: VerifierInit = {}) {
    this.start = start
  }

  /**
   * Returns the entries of these bytes. The bytes are copied, so the caller may reuse its buffers
   * at once. Vault and writer of an entry are not checked.
   * @throws ProtocolError (MALFORMED, INVALID_DATA) of the first bad entry; NodeStoppedError after
   * `close`
   */
  async verify (list: Uint8Array[]): Promise<Entry[]> {
    this.alive()
    const own = list.map((bytes) => bytes.slice())
    if (own.length <= IN_PLACE_ENTRIES) return own.map(readEntry)
    const verified = await this.onThread(own)
    return this.inTurns(own, verified ? readStored : readEntry)
  }

  /** Ends the thread. A pending `verify` rejects with NodeStoppedError. Idempotent. */
  async close (): Promise<void> {
    this.closing ??= this.end()
    await this.closing
  }

  /** Returns true when the thread verified all entries, false when it died or could not start. */
  private async onThread (own: Uint8Array[]): Promise<boolean> {
    const worker = this.worker ?? this.begin()
    if (worker === undefined) return false
    const list = ++this.lists
    const job: Job = { entries: own.length, done: Promise.withResolvers() }
    this.jobs.set(list, job)
    // a process with nothing else to do must still wait for the answer
    worker.ref()
    const packed = new Uint8Array(new ArrayBuffer(own.reduce((sum, { length }) => sum + length, 0)))
    let at = 0
    for (const bytes of own) {
      packed.set(bytes, at)
      at += bytes.length
    }
    worker.postMessage({ list, lengths: own.map(({ length }) => length), bytes: packed.buffer } satisfies ToVerify, [packed.buffer])
    return job.done.promise
  }

  private async inTurns (own: Uint8Array[], read: (bytes: Uint8Array) => Entry): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const bytes of own) {
      if (entries.length > 0 && entries.length % TURN_ENTRIES === 0) {
        await nextTurn()
        this.alive()
      }
      entries.push(read(bytes))
    }
    return entries
  }

  private begin (): Worker | undefined {
    if (this.threads >= MAX_THREADS) return undefined
    this.threads++
    let worker: Worker
    try {
      worker = this.start()
    } catch {
      // there is no room for a thread now; the next list tries again
      return undefined
    }
    this.worker = worker
    worker.unref()
    worker.on('message', (message: Verified) => { this.answered(worker, message) })
    worker.on('error', () => { this.died(worker) })
    worker.on('exit', () => { this.died(worker) })
    return worker
  }

  private answered (worker: Worker, { list, entries, bad }: Verified): void {
    const job = this.jobs.get(list)
    if (worker !== this.worker || job === undefined) return
    this.jobs.delete(list)
    if (this.jobs.size === 0) worker.unref()
    if (bad !== undefined) job.done.reject(new ProtocolError(bad.code, bad.message, { retry: bad.retry }))
    else job.done.resolve(entries === job.entries)
  }

  private died (worker: Worker): void {
    if (worker !== this.worker) return
    this.worker = undefined
    for (const { done } of this.jobs.values()) done.resolve(false)
    this.jobs.clear()
  }

  private async end (): Promise<void> {
    const { worker } = this
    this.worker = undefined
    for (const { done } of this.jobs.values()) done.reject(stopped())
    this.jobs.clear()
    await worker?.terminate()
  }

  private alive (): void {
    if (this.closing !== undefined) throw stopped()
  }
}

const stopped = (): NodeStoppedError => new NodeStoppedError('This node was stopped')

function startThread (): Worker {
  return ownWorker(new URL('./verify-worker.js', import.meta.url), { name: 'dfs verify', resourceLimits: THREAD_LIMITS })
}
