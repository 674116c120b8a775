import { nodeState, REBUILT } from '../index/queries/node-state.js'
import { ownMs } from '../index/queries/own-time.js'
import type { IndexDb } from '../index/engine/index-db.js'
import type { GarbageStatus, GcOptions, GcResult } from '../api/node.js'
import type { Clock } from '../async/clock.js'
import type { BlockStore, Collected } from './interface.js'

/** From the start, or from when room was lacking, to the next look. */
export const FIRST_LOOK_MS = 60_000
/** Between two looks: this share of the shorter of guard and trash, within these bounds. */
export const LOOK_SHARE = 1 / 4
export const LOOK_MIN_MS = 250
export const LOOK_MAX_MS = 3600e3

export interface GarbageCollectorInit {
  db: IndexDb
  store: Pick<BlockStore, 'collect' | 'usage'>
  clock: Clock
  /** Dead versions are kept this long, milliseconds of this node's own time. */
  guardMs: number
  /** How long the store keeps what is in its trash. */
  trashMs: number
  /** Something went to the trash, or left it for good. */
  onCollected: (result: GcResult) => void
  onError: (error: unknown) => void
}

/** Collects what is dead, after the start, at intervals and when somebody asks; one run at a time. */
export class GarbageCollector {
  private readonly stopping = new AbortController()
  private running: Promise<unknown> | undefined
  private cancel: (() => void) | undefined
  private soon = false
  private started = false
  private dead: GcResult['guarded'] | undefined

  constructor (private readonly init: GarbageCollectorInit) {}

  start (): void {
    if (this.started || this.stopping.signal.aborted) return
    this.started = true
    this.later(Math.min(FIRST_LOOK_MS, this.interval))
  }

  /** Room is lacking: looks soon, instead of at its time. */
  readonly nudge = (): void => {
    if (!this.started || this.soon) return
    this.soon = true
    this.later(Math.min(FIRST_LOOK_MS, this.interval))
  }

  /** Collects now, after the run that is under way. */
  async gc ({ dryRun = false, signal, onProgress }: GcOptions = {}): Promise<GcResult> {
    const both = signal === undefined ? this.stopping.signal : AbortSignal.any([signal, this.stopping.signal])
    const before = this.running
    const run = (async () => {
      await before?.catch(() => {}) // told to whoever began it
      both.throwIfAborted()
      return this.collect(dryRun, both, onProgress)
    })()
    this.running = run
    try {
      return await run
    } finally {
      if (this.running === run) this.running = undefined
    }
  }

  /** How long a dead version is kept, milliseconds. */
  get guardMs (): number { return this.init.guardMs }

  status (): GarbageStatus {
    const { db, store } = this.init
    return {
      ...(nodeState(db, REBUILT) === undefined ? {} : { off: 'rebuilt' as const }),
      ...(this.dead === undefined ? {} : { dead: this.dead }),
      trash: store.usage().trash
    }
  }

  /** Resolves when nothing runs. */
  async stop (): Promise<void> {
    this.cancel?.()
    this.stopping.abort(new Error('the node stops'))
    await this.running?.catch(() => {}) // told to whoever began it
  }

  private get interval (): number {
    const { guardMs, trashMs } = this.init
    return Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, Math.min(guardMs, trashMs) * LOOK_SHARE))
  }

  private later (ms: number): void {
    this.cancel?.()
    this.cancel = this.init.clock.after(ms, () => {
      this.soon = false
      this.gc().catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.init.onError(error)
      }).finally(() => {
        if (!this.stopping.signal.aborted && !this.soon) this.later(this.interval)
      })
    })
  }

  private async collect (dryRun: boolean, signal: AbortSignal, onProgress: GcOptions['onProgress']): Promise<GcResult> {
    const { db, store, guardMs, onCollected } = this.init
    const own = ownMs(db)
    const collected = await store.collect({
      deadBefore: own - guardMs,
      dryRun,
      signal,
      onProgress: (dead) => { if (dead.versions > 0) onProgress?.({ type: 'garbage:collect:dead', ...dead }) }
    })
    const result = this.report(collected, dryRun, own)
    this.dead = result.guarded
    if (!dryRun && collected.dead.blocks + collected.uploads.blocks + collected.emptied.blocks > 0) onCollected(result)
    return result
  }

  private report ({ waiting, trash, ...collected }: Collected, dryRun: boolean, own: number): GcResult {
    const { first, ...guarded } = waiting
    const { until, ...inTrash } = trash
    return {
      dryRun,
      ...collected,
      guarded: { ...guarded, ...(first === undefined ? {} : { next: new Date(Date.now() + first + this.init.guardMs - own) }) },
      trash: { ...inTrash, ...(until === undefined ? {} : { until: new Date(until) }) }
    }
  }
}
