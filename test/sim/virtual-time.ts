interface Item { readonly time: number, readonly seq: number, run: (() => void) | undefined }

/** How many turns of the microtask queue lie between two events. More than any chain of waits here has; code that waits longer only goes on a little later, always alike. */
const TURNS = 32

/** Events in virtual time: a binary heap by (time, order of planning). Nothing here takes real time. */
export class VirtualTime {
  /** Milliseconds since the simulation began. */
  now = 0
  events = 0
  private readonly heap: Item[] = []
  private seq = 0

  /** Calls `run` at `time`; the answer takes it back. */
  at (time: number, run: () => void): () => void {
    const item: Item = { time: Math.max(time, this.now), seq: this.seq++, run }
    this.push(item)
    return () => { item.run = undefined }
  }

  after (ms: number, run: () => void): () => void {
    return this.at(this.now + ms, run)
  }

  async sleep (ms: number): Promise<void> {
    return new Promise((resolve) => { this.after(ms, resolve) })
  }

  /** Runs what is planned until `time`, then it is that time. `check` is called after each event, and may throw. */
  async runUntil (time: number, check: () => void): Promise<void> {
    for (;;) {
      const next = this.heap[0]
      if (next === undefined || next.time > time) break
      this.pop()
      if (next.run === undefined) continue
      this.now = next.time
      this.events++
      next.run()
      for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
      check()
    }
    this.now = time
  }

  private push (item: Item): void {
    const { heap } = this
    let i = heap.push(item) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || before(above, item)) break
      heap[i] = above
      i = parent
    }
    heap[i] = item
  }

  private pop (): void {
    const { heap } = this
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let i = 0
    for (;;) {
      const left = 2 * i + 1
      const right = left + 1
      const [a, b] = [heap[left], heap[right]]
      if (a === undefined) break
      const child = b !== undefined && before(b, a) ? right : left
      const below = heap[child]
      if (below === undefined || before(last, below)) break
      heap[i] = below
      i = child
    }
    heap[i] = last
  }
}

const before = (a: Item, b: Item): boolean => a.time < b.time || (a.time === b.time && a.seq < b.seq)
