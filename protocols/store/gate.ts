interface Waiter { amount: number, resolve: () => void, reject: (error: Error) => void }

/** An amount that many share: whoever asks waits, in order, until its part is free. */
export class Gate {
  #free: number
  #error: Error | undefined
  readonly #waiters = new Set<Waiter>()

  constructor (amount: number) {
    this.#free = amount
  }

  get free (): number {
    return this.#free
  }

  /**
   * Resolves with `amount` taken. Throws what the gate was closed with, or the reason of `signal`.
   */
  async take (amount: number, options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options
    signal?.throwIfAborted()
    if (this.#error !== undefined) throw this.#error
    if (this.#waiters.size === 0 && this.#free >= amount) {
      this.#free -= amount
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { amount, resolve, reject }
    this.#waiters.add(waiter)
    const onAbort = (): void => {
      // those behind it may fit now; when it has taken its part already the caller keeps it
      if (this.#waiters.delete(waiter)) this.#let()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  give (amount: number): void {
    this.#free += amount
    this.#let()
  }

  /** Everybody who waits, and comes later, gets `error`. */
  close (error: Error): void {
    this.#error ??= error
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
  }

  #let (): void {
    for (const waiter of this.#waiters) {
      if (waiter.amount > this.#free) return
      this.#free -= waiter.amount
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}
