import { abortable } from './links.js'

/** Jobs that run at once for one peer. */
const JOBS_PER_PEER = 8
/** Jobs that may wait for one peer; more are dropped and counted, since the peer learns of the entries anyway. */
const WAITING_PER_PEER = 10_000

type Job = (signal: AbortSignal) => Promise<void>

/** Work for peers that nobody waits for: bounded a peer, stopped with the node, failures reported and not retried here. */
export class Background {
  private readonly queues = new Map<string, { running: number, waiting: Job[] }>()
  private readonly controller = new AbortController()
  private readonly running = new Set<Promise<void>>()
  /** Jobs that were not taken because too many waited. */
  dropped = 0

  constructor (private readonly onError: (peer: string, error: unknown) => void) {}

  add (peer: string, job: Job): void {
    if (this.controller.signal.aborted) return
    let queue = this.queues.get(peer)
    if (queue === undefined) this.queues.set(peer, queue = { running: 0, waiting: [] })
    if (queue.waiting.length >= WAITING_PER_PEER) {
      this.dropped++
      return
    }
    queue.waiting.push(job)
    this.next(peer)
  }

  /** Jobs that run or wait. */
  get size (): number {
    let total = 0
    for (const { running, waiting } of this.queues.values()) total += running + waiting.length
    return total
  }

  private next (peer: string): void {
    const queue = this.queues.get(peer)
    if (queue === undefined || queue.running >= JOBS_PER_PEER) return
    const job = queue.waiting.shift()
    if (job === undefined) {
      if (queue.running === 0) this.queues.delete(peer)
      return
    }
    queue.running++
    const run = abortable(job(this.controller.signal), this.controller.signal)
      .catch((error: unknown) => { if (!this.controller.signal.aborted) this.onError(peer, error) })
      .finally(() => {
        queue.running--
        this.running.delete(run)
        this.next(peer)
      })
    this.running.add(run)
  }

  /** Resolves when nothing runs or waits, or `signal` aborts. */
  async idle (signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => { resolve() }, { once: true })
    while (this.running.size > 0 && !signal.aborted) await Promise.race([promise, Promise.allSettled([...this.running])])
  }

  /** Resolves when nothing runs any more but what ignores its signal: a peer must not hold up the end. */
  async stop (): Promise<void> {
    this.controller.abort(new Error('the node stops'))
    for (const queue of this.queues.values()) queue.waiting.length = 0
    await Promise.allSettled([...this.running])
  }
}
