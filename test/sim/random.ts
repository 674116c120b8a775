/** Seeded randomness (sfc32): the same seed, the same numbers, on every machine. */
export class SimRandom {
  private a: number
  private b: number
  private c: number
  private d = 1

  constructor (seed: number, stream = 0) {
    this.a = seed | 0
    this.b = stream | 0
    this.c = 0x9e3779b9
    for (let i = 0; i < 15; i++) this.next()
  }

  /** From 0 to 1, not 1. */
  readonly next = (): number => {
    const t = (this.a + this.b | 0) + this.d | 0
    this.d = this.d + 1 | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = this.c + (this.c << 3) | 0
    this.c = (this.c << 21 | this.c >>> 11) + t | 0
    return (t >>> 0) / 2 ** 32
  }

  between (from: number, to: number): number {
    return from + this.next() * (to - from)
  }

  /** An integer of 0..n - 1. */
  below (n: number): number {
    return Math.floor(this.next() * n)
  }

  chance (probability: number): boolean {
    return this.next() < probability
  }

  pick<T> (list: readonly T[]): T {
    const item = list[this.below(list.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  /** With this mean, so that events come at random times. */
  exponential (mean: number): number {
    return -Math.log(1 - this.next()) * mean
  }
}
