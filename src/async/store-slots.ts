/** At most `count` at once; others wait in the order of asking. */
export class Semaphore {
  private readonly waiting: Array<() => void> = []

  constructor (private free: number) {}

  async run<T> (work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => { this.waiting.push(resolve) })
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.free++
      else next() // the slot goes on to it
    }
  }
}
