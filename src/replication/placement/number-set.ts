const FIRST_BYTES = 1024

/** A set of whole numbers from 0 that leaves few of them out: a bit for each, up to the largest. */
export class NumberSet {
  private bits = new Uint8Array(FIRST_BYTES)
  private count = 0

  get size (): number { return this.count }

  has (number: number): boolean {
    return ((this.bits[number >>> 3] ?? 0) & 1 << (number & 7)) !== 0
  }

  add (number: number): void {
    if (this.has(number)) return
    this.reach(number >>> 3)
    this.flip(number)
    this.count++
  }

  delete (number: number): void {
    if (!this.has(number)) return
    this.flip(number)
    this.count--
  }

  private flip (number: number): void {
    this.bits[number >>> 3] = (this.bits[number >>> 3] ?? 0) ^ 1 << (number & 7)
  }

  private reach (byte: number): void {
    if (byte < this.bits.length) return
    const more = new Uint8Array(Math.max(byte + 1, 2 * this.bits.length))
    more.set(this.bits)
    this.bits = more
  }
}
