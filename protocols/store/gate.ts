interface Waiter { amount: number, resolve: () => void, reject: (error: Error) => void }

/** A gate shares an amount between many callers: each waits in order until its part is free. */
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
   * Takes `amount`, and resolves when it is taken.
   *
   * @throws the error of `close`, or the reason of `signal`
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
      // the waiters behind this one may fit now; after its part was granted, the caller keeps the
      // part
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

  /** Rejects every waiter and every later `take` with `error`. */
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
