import type { Timer } from './replication/timer.js'
import type { BlockStore } from './store/interface.js'

/** After the start, when more urgent things are under way. */
const FIRST_MS = 10_000
/** Between two pages of files. */
const PAUSE_MS = 100
/** Of the disk's time. */
const SHARE = 0.1

/**
 * Looks, once after the start and behind everything else, for blocks whose files have no row: a process that was killed
 * between a file and its row leaves them. Then hashes what was taken in without that.
 */
export class BackgroundWalk {
  private readonly stopping = new AbortController()
  private running: Promise<void> | undefined
  private cancel: (() => void) | undefined

  constructor (private readonly init: { store: BlockStore, timer: Timer, onError: (error: unknown) => void }) {}

  start (): void {
    this.cancel ??= this.init.timer.after(FIRST_MS, () => { this.running = this.run() })
  }

  async stop (): Promise<void> {
    this.cancel?.()
    this.stopping.abort(new Error('the node stops'))
    await this.running
  }

  private async run (): Promise<void> {
    const { store, onError } = this.init
    const { signal } = this.stopping
    try {
      await store.adoptUnknown({ signal, pause: () => this.pause(PAUSE_MS) })
      await store.hashNew({ signal, pause: (tookMs) => this.pause(tookMs * (1 / SHARE - 1)) })
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
  }

  /** Resolves after so long, or when this ends. */
  private async pause (ms: number): Promise<void> {
    const { signal } = this.stopping
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const onAbort = (): void => { resolve() }
    const cancel = this.init.timer.after(ms, resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    await promise
    cancel()
    signal.removeEventListener('abort', onAbort)
  }
}
