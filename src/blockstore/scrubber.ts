import { SCRUB_MS } from '../defaults.js'
import type { Clock } from '../async/clock.js'
import type { BlockStore } from './interface.js'

/** After the start, when more urgent things are under way. */
const FIRST_MS = 10_000
/** Between two pages of files. */
const PAUSE_MS = 100
/** Of the disk's time. */
const SHARE = 0.1
/** From the end of a look for blocks that are to be hashed again to the next one, at most. */
const AGAIN_MS = 3600e3

export interface ScrubberInit {
  store: Pick<BlockStore, 'adoptUnknown' | 'scrub'>
  timer: Clock
  onError: (error: unknown) => void
  /** Milliseconds within which every block is hashed. @default SCRUB_MS */
  scrubMs?: number
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number
}

/**
 * What a node does with its disk behind everything else. After the start it looks for blocks whose files have no row: a
 * process that was killed between a file and its row leaves them. Then it hashes what was taken in without that; and, from then on,
 * every block whose hash was not looked at for half of the time that is allowed.
 */
export class Scrubber {
  private readonly stopping = new AbortController()
  private running: Promise<void> | undefined
  private cancel: (() => void) | undefined

  constructor (private readonly init: ScrubberInit) {}

  start (): void {
    this.cancel ??= this.init.timer.after(Math.min(FIRST_MS, this.init.scrubMs ?? SCRUB_MS), () => { this.running = this.run() })
  }

  async stop (): Promise<void> {
    this.cancel?.()
    this.stopping.abort(new Error('the node stops'))
    await this.running
  }

  private async run (): Promise<void> {
    const { store, onError, scrubMs = SCRUB_MS, now = Date.now } = this.init
    const { signal } = this.stopping
    const pause = (tookMs: number): Promise<void> => this.pause(tookMs * (1 / SHARE - 1))
    try {
      await store.adoptUnknown({ signal, pause: () => this.pause(PAUSE_MS) })
      await store.scrub({ signal, pause })
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
    while (!signal.aborted) {
      await this.pause(Math.min(AGAIN_MS, scrubMs / 4))
      try {
        await store.scrub({ before: now() - scrubMs / 2, signal, pause })
      } catch (error) {
        // a disk that fails now may do better later; the next look begins with what this one left
        if (!signal.aborted) onError(error)
      }
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
