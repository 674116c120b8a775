/** So many at once, in the order of asking; how many may change while some are taken. */
export class Semaphore {
  private taken = 0
  private waiting: Array<() => void> = []

  constructor (private readonly limit: () => number) {}

  /** Runs `work` when its turn has come: at once where a turn is free. */
  async run<T> (work: () => Promise<T>): Promise<T> {
    if (this.waiting.length === 0 && this.taken < this.limit()) this.taken++
    else await this.take()
    try {
      return await work()
    } finally {
      this.give()
    }
  }

  /** Resolves when it is the caller's turn, who gives it back; throws the reason of `signal`, and then has none. */
  async take (signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const turn = (): void => {
      this.taken++
      resolve()
    }
    const onAbort = (): void => {
      if (!this.waiting.includes(turn)) return
      this.waiting = this.waiting.filter((other) => other !== turn)
      reject(signal?.reason as Error)
    }
    this.waiting.push(turn)
    this.look()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  give (): void {
    this.taken--
    this.look()
  }

  /** To be called when the limit has grown. */
  look (): void {
    while (this.taken < this.limit()) {
      const turn = this.waiting.shift()
      if (turn === undefined) return
      turn()
    }
  }
}
