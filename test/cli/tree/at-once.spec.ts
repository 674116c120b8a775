import assert from 'node:assert/strict'
import { eachAtOnce } from '../../../src/cli/tree/at-once.js'

async function * items (...values: number[]): AsyncGenerator<number> { yield * values }

/** Work that is ended by hand, and what was seen of it. */
class Bench {
  readonly running = new Map<number, { resolve: () => void, reject: (error: Error) => void }>()
  most = 0
  heaviest = 0
  work = async (weight: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.running.set(weight, { resolve, reject })
    this.most = Math.max(this.most, this.running.size)
    this.heaviest = Math.max(this.heaviest, [...this.running.keys()].reduce((sum, one) => sum + one, 0))
    await promise.finally(() => this.running.delete(weight))
  }

  /** Lets what can begin begin. */
  async settle (): Promise<void> { await new Promise((resolve) => { setImmediate(resolve) }) }
  async end (...weights: number[]): Promise<void> {
    for (const weight of weights) this.running.get(weight)?.resolve()
    await this.settle()
  }
}

const limits = { most: 3, budget: 100, weigh: (weight: number) => weight }

describe('several files at once', () => {
  it('are so many, and as heavy, as allowed; one alone may be heavier', async () => {
    const bench = new Bench()
    const done = eachAtOnce(items(1, 2, 3, 4, 90, 95, 500, 6), limits, bench.work)
    await bench.settle()
    assert.deepEqual([...bench.running.keys()], [1, 2, 3])
    await bench.end(2)
    assert.deepEqual([...bench.running.keys()], [1, 3, 4])
    await bench.end(1, 3)
    assert.deepEqual([...bench.running.keys()], [4, 90])
    await bench.end(4)
    assert.deepEqual([...bench.running.keys()], [90])
    await bench.end(90)
    await bench.end(95)
    assert.deepEqual([...bench.running.keys()], [500])
    await bench.end(500)
    await bench.end(6)
    await done
    assert.equal(bench.most, 3)
  })

  it('end with the first failure: nothing more is begun, what runs is waited for', async () => {
    const bench = new Bench()
    const told: unknown[] = []
    let over = false
    const done = eachAtOnce(items(1, 2, 3, 4, 5), limits, bench.work, (error) => told.push(error)).catch((error: unknown) => { over = true; return error })
    await bench.settle()
    const failure = new Error('first')
    bench.running.get(2)?.reject(failure)
    await bench.settle()
    assert.deepEqual(told, [failure])
    assert.equal(over, false)
    assert.deepEqual([...bench.running.keys()], [1, 3])
    bench.running.get(3)?.reject(new Error('second'))
    await bench.end(1)
    assert.equal(await done, failure)
    assert.deepEqual(told, [failure])
  })

  it('end with what their source throws', async () => {
    const bench = new Bench()
    const done = assert.rejects(eachAtOnce((async function * () { yield 1; throw new Error('source') })(), limits, bench.work), /source/)
    await bench.settle()
    await bench.end(1)
    await done
  })
})
