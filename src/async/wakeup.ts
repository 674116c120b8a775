/** Sleeps until something happened. What happens before the sleep is not lost. */
export class Wakeup {
  private woken = Promise.withResolvers<true>()

  readonly wake = (): void => { this.woken.resolve(true) }

  /** Resolves once `wake` was called since the last time; false: `ms` have passed before. Without `ms` only `wake` ends it. */
  async sleep (ms?: number): Promise<boolean> {
    const limit = Promise.withResolvers<false>()
    const timer = ms === undefined ? undefined : setTimeout(() => { limit.resolve(false) }, ms)
    const woken = await Promise.race([this.woken.promise, limit.promise])
    clearTimeout(timer)
    if (woken) this.woken = Promise.withResolvers<true>()
    return woken
  }
}
