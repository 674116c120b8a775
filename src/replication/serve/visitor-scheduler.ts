import type { Clock } from '../../async/clock.js'

/** Blocks that are read and sent for visitors at once, over all of them. */
export const VISITOR_BLOCKS = 4
/** The same while members are served. */
export const VISITOR_BLOCKS_BESIDE_MEMBERS = 1
/** A member that asked for, or sent, a block within this is being served. */
export const MEMBERS_QUIET_MS = 1_000

/** Members go first: what visitors asked for waits for its turn, in the order in which it came. */
export class VisitorScheduler {
  private readonly line: Array<() => void> = []
  private running = 0
  private member = -Infinity

  constructor (private readonly timer: Pick<Clock, 'now'>) {}

  /** A member asks for, or sends, a block. */
  note (): void { this.member = this.timer.now() }

  /** Runs `work` when its turn has come. There is always one running while another waits, so that its end is enough to look again. */
  async take (work: () => Promise<void>): Promise<void> {
    if (this.running >= this.most()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.line.push(resolve)
      await promise
    } else {
      this.running++
    }
    try {
      await work()
    } finally {
      this.running--
      this.next()
    }
  }

  private next (): void {
    while (this.running < this.most()) {
      const turn = this.line.shift()
      if (turn === undefined) return
      this.running++
      turn()
    }
  }

  private most (): number {
    return this.timer.now() - this.member < MEMBERS_QUIET_MS ? VISITOR_BLOCKS_BESIDE_MEMBERS : VISITOR_BLOCKS
  }
}
