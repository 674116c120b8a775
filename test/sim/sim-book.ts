import { PROMISE_MS } from '../../protocols/audit/constants.js'
import { MemoryBook } from '../../src/replication/copies/memory-book.js'
import type { Group } from '../../src/replication/copies/types.js'
import type { SimGroup } from './files.js'
import type { Life, SimNode } from './node.js'

const COMMIT_MS = 20
const SLOW_COMMIT_MS = 4_000

/** The book on a simulated disk: commits take their time, one after the other, and a crash before its end undoes one. */
export class SimBook extends MemoryBook {
  constructor (private readonly node: SimNode, life: Life, young: boolean) {
    let free = 0
    const { time } = node.world
    super({
      now: life.clock.now,
      inSlot: (slot) => node.entries.inSlot(slot),
      youngMs: young ? PROMISE_MS : 0,
      commit: (apply) => new Promise((resolve) => {
        free = Math.max(free, time.now) + node.random.next() * (node.slow ? SLOW_COMMIT_MS : COMMIT_MS)
        time.at(free, () => { life.run(() => { resolve(apply()) }) })
      })
    })
  }

  override async promise (group: Group, peer: string): ReturnType<MemoryBook['promise']> {
    const answer = await super.promise(group, peer)
    if (answer === 'YES') this.node.world.truth.promise(group as SimGroup, this.node.name)
    this.node.world.log(this.node.name, `says ${answer} to ${peer} about ${group.id}`)
    return answer
  }

  override async leave (group: Group): Promise<boolean> {
    if (this.node.world.options.fault === 'no leaving') return this.own(group).have === 'held'
    return super.leave(group)
  }

  /** The release is the transaction: whether it may be is looked at in it. */
  override async drop (group: Group, options: { away: boolean, still: () => boolean }): Promise<boolean> {
    const { world, name } = this.node
    const of = group as SimGroup
    const forget = (): true => {
      world.truth.release(of, name, options.away)
      this.node.used -= of.bytes
      world.log(name, `${options.away ? 'evicted' : 'released'} ${of.id}`)
      return true
    }
    if (world.options.fault === 'no leaving') {
      if (this.own(group).have !== 'held' || !options.still()) return false
      this.lose(group)
      return forget()
    }
    return super.drop(group, { ...options, still: () => options.still() && forget() })
  }
}
