import { SLOTS } from '../../../protocols/placement/constants.js'
import type { Clock } from './types.js'

/** Once around all slots. */
export const WALK_MS = 24 * 3600e3
const STEPS = 144

/** Looks at every slot once a day: mends what was missed by events, and what answers have become since. */
export class DailyScan {
  private step: number
  private stopped = false

  /**
   * @param random from 0 to 1: where it begins, so that members do not all ask at once
   * @param slotsIn slots with groups, of `from` to `to` - 1
   */
  constructor (private readonly clock: Clock, random: () => number, private readonly slotsIn: (from: number, to: number) => Iterable<number>, private readonly mark: (slot: number) => void, private readonly walkMs = WALK_MS) {
    this.step = Math.floor(random() * STEPS)
  }

  start (): void {
    const next = (): void => {
      if (this.stopped) return
      const [from, to] = [this.step, this.step + 1].map((step) => Math.floor(step * SLOTS / STEPS))
      for (const slot of this.slotsIn(from ?? 0, to ?? 0)) this.mark(slot)
      this.step = (this.step + 1) % STEPS
      this.clock.after(this.walkMs / STEPS, next)
    }
    this.clock.after(this.walkMs / STEPS, next)
  }

  stop (): void {
    this.stopped = true
  }
}
