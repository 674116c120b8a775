import type { Clock } from '../../async/clock.js'

/** The uploads that members have open here. What a member is pushing need not be fetched. */
export class InboundUploads {
  private open = 0
  private readonly waiting = new Set<() => void>()

  get active (): number { return this.open }

  /** An upload began; to be called once when it has ended. */
  begun (): () => void {
    this.open++
    return () => {
      this.open--
      if (this.open === 0) for (const tell of [...this.waiting]) tell()
    }
  }

  /** Resolves when none is open, `ms` have passed, or `signal` aborts. */
  async quiet (ms: number, timer: Clock, signal: AbortSignal): Promise<void> {
    if (this.open === 0 || ms <= 0 || signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = (): void => { resolve() }
    const cancel = timer.after(ms, done)
    this.waiting.add(done)
    signal.addEventListener('abort', done, { once: true })
    await promise
    cancel()
    this.waiting.delete(done)
    signal.removeEventListener('abort', done)
  }
}
