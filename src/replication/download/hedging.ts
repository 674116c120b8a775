/** A block that is late is asked of a second member as well after so many times what that one would need. */
const LATE_FACTOR = 3
/** And, where nobody waits for just this block, after so many times what was expected of the first one. */
const OVERDUE_FACTOR = 1.5
/** No block is late before: a short pause of either side is no reason to ask twice. */
export const HEDGE_FROM_MS = 50
/** Blocks that came for each hedge, where somebody does not wait for just this block. */
export const BLOCKS_A_HEDGE = 8
/** Hedges that may be saved up, and that there are at the start. */
const SAVED_HEDGES = 8
const FIRST_HEDGES = 2
/** With so few blocks in flight a member that has nothing to do may hedge one of them: these are the last ones. */
export const LAST_BLOCKS = 4

export interface Hedged {
  /** Blocks that were asked of a second member while the first one had them to send. */
  blocks: number
  /** Their bytes: at most so many came twice. */
  bytes: number
  /** How many of them came first from the second. */
  won: number
}

/** When a block is asked of a second member, and what all this costs. */
export class Hedging {
  readonly told: Hedged = { blocks: 0, bytes: 0, won: 0 }
  private left = FIRST_HEDGES

  /**
   * Milliseconds after which a block counts as late.
   *
   * @param own what was expected of the member that has it to send, when it was asked
   * @param other what is expected of another now
   * @param next somebody waits for just this block
   */
  lateMs ({ own, other, next }: { own: number, other: number, next: boolean }): number {
    return Math.max(HEDGE_FROM_MS, LATE_FACTOR * other, next ? 0 : OVERDUE_FACTOR * own)
  }

  /** Whether there is a hedge left, which is taken. `free`: one that need not be saved up. */
  take (free: boolean): boolean {
    if (!free) {
      if (this.left < 1) return false
      this.left--
    }
    this.told.blocks++
    return true
  }

  /** A block came. */
  came (): void {
    this.left = Math.min(SAVED_HEDGES, this.left + 1 / BLOCKS_A_HEDGE)
  }

  /** One that was asked for twice came; `won`: from the second. */
  ended (bytes: number, won: boolean): void {
    this.told.bytes += bytes
    if (won) this.told.won++
  }
}
