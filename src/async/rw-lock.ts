/**
 * Many at the same time, or one alone. Who wants to be alone waits for those that are at work and lets no other begin
 * before it. Neither may be asked for within the other.
 */
export class RwLock {
  private working = 0
  /** Ends when nobody is alone any more, nor waits to be. */
  private busy: Promise<void> | undefined
  private drained: (() => void) | undefined

  async shared<T> (work: () => Promise<T>): Promise<T> {
    while (this.busy !== undefined) await this.busy
    this.working++
    try {
      return await work()
    } finally {
      this.working--
      if (this.working === 0) this.drained?.()
    }
  }

  async alone<T> (work: () => Promise<T>): Promise<T> {
    while (this.busy !== undefined) await this.busy
    const { promise, resolve } = Promise.withResolvers<void>()
    this.busy = promise
    try {
      if (this.working > 0) await new Promise<void>((resolve) => { this.drained = resolve })
      return await work()
    } finally {
      this.drained = undefined
      this.busy = undefined
      resolve()
    }
  }
}
