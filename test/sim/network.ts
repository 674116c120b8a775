import type { SimRandom } from './random.js'
import type { Life, SimNode } from './node.js'
import type { VirtualTime } from './virtual-time.js'

/** A question without an answer fails after this long. */
const TIMEOUT_MS = 10_000
const REFUSED_MS = 200
const SLOW_FACTOR = 60

/** Who reaches whom, and how long that takes. */
export class Network {
  constructor (private readonly time: VirtualTime, private readonly random: SimRandom) {}

  connected (a: SimNode, b: SimNode): boolean {
    return a.there && b.there && a.side === b.side
  }

  /** Milliseconds one way; that of slow nodes is now and then longer than anybody waits. */
  latency (a: SimNode, b: SimNode): number {
    const ms = 1 + this.random.next() * 80
    return a.slow || b.slow ? ms * this.random.next() * SLOW_FACTOR * 3 : ms
  }

  /** Asks `to`. Neither side's code runs while its node is down or asleep; a life that ended never hears the answer. */
  request<T> (from: Life, to: SimNode, answer: (life: Life) => T | Promise<T>): Promise<T> {
    const { time } = this
    const until = time.now + TIMEOUT_MS
    return new Promise<T>((resolve, reject) => {
      const fail = (at: number): void => { time.at(at, () => { from.run(() => { reject(new Error('no answer')) }) }) }
      const back = (settle: () => void): void => {
        const at = time.now + this.latency(to, from.node)
        if (at > until) fail(until)
        else time.at(at, () => {
          if (this.connected(from.node, to)) from.run(settle)
          else fail(until)
        })
      }
      if (!this.connected(from.node, to)) {
        fail(time.now + REFUSED_MS)
        return
      }
      time.after(this.latency(from.node, to), () => {
        const life = to.life
        if (life === undefined || !this.connected(from.node, to)) {
          fail(until)
          return
        }
        const value = answer(life)
        if (!(value instanceof Promise)) {
          back(() => { resolve(value) })
          return
        }
        // an answer that takes time may never come: who works on it may crash
        const cancel = time.at(until, () => { from.run(() => { reject(new Error('no answer')) }) })
        value.then((result) => {
          cancel()
          if (time.now < until) back(() => { resolve(result) })
        }, () => {
          cancel()
          fail(until)
        })
      })
    })
  }
}
