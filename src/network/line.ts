/** A line of those who wait for a place, in the order in which they came. */
import type { Clock } from '../async/clock.js'

export interface LineInit<T> {
  clock: Clock
  /** So many wait. */
  most: number
  /** So long each. */
  waitMs: number
  /** How often the places are looked at anew while somebody waits, beside every `move`. */
  lookMs: number
  /** Takes a place, when there is one. */
  enter: (who: T) => boolean
}

export class Line<T> {
  readonly #waiting = new Map<T, (turn: boolean) => void>()
  #cancel: (() => void) | undefined
  #moving = false

  constructor (private readonly init: LineInit<T>) {}

  has (who: T): boolean { return this.#waiting.has(who) }

  /** How many of those who wait are such. */
  count (such: (who: T) => boolean): number { return [...this.#waiting.keys()].filter(such).length }

  /** True once it has a place; false when too many wait, when it left, or when its time was over. */
  async stand (who: T): Promise<boolean> {
    const { clock, most, waitMs } = this.init
    if (this.#waiting.size >= most) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#waiting.set(who, resolve)
    const cancel = clock.after(waitMs, () => { this.leave(who) })
    this.#look()
    const turn = await promise
    cancel()
    return turn
  }

  leave (who: T): void {
    this.#waiting.get(who)?.(false)
    this.#waiting.delete(who)
  }

  /** A place may have come free. Whoever finds none does not keep those behind it from theirs. */
  move (): void {
    // to enter may close a connection, and that moves the line
    if (this.#moving) return
    this.#moving = true
    for (const [who, resolve] of this.#waiting) {
      if (!this.init.enter(who)) continue
      this.#waiting.delete(who)
      resolve(true)
    }
    this.#moving = false
  }

  #look (): void {
    this.#cancel?.()
    this.#cancel = this.init.clock.after(this.init.lookMs, () => {
      this.move()
      if (this.#waiting.size > 0) this.#look()
    })
  }
}
