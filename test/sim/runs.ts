import assert from 'node:assert/strict'
import type { SimOptions } from './options.js'
import { simulate, type SimResult } from './simulate.js'

/** DFS_SIM_SEEDS multiplies the seeds. */
const times = Number(process.env.DFS_SIM_SEEDS ?? 1)
/** Groups that may have fewer copies than wanted at the end: of the last files, or of members that were caught lately. */
const STILL_LOW = 0.05

export const seeds = (count: number): number[] => Array.from({ length: count * times }, (_, i) => i + 1)

async function twice (options: SimOptions): Promise<SimResult> {
  const first = await simulate(options)
  const second = await simulate(options)
  assert.equal(second.hash, first.hash, `seed ${options.seed}: another log`)
  assert.equal(second.lines, first.lines)
  return first
}

/** The tests of one size of vault; each size is a file of its own, so that they run at the same time. */
export function runs (name: string, base: SimOptions, count: number): void {
  describe(`simulation: ${name}`, () => {
    const totals = { runs: 0, groups: 0, low: 0, over: 0, releases: 0, evictions: 0, collected: 0, broken: 0, verdicts: 0, events: 0 }

    function add ({ broken, copies, releases, evictions, collected, verdicts, events }: SimResult, { copies: wanted }: SimOptions): void {
      totals.runs++
      for (const [count, groups] of copies.entries()) {
        totals.groups += groups
        if (count < wanted) totals.low += groups
        if (count > wanted + 2) totals.over += groups
      }
      totals.releases += releases
      totals.broken += broken
      totals.evictions += evictions
      totals.collected += collected
      totals.events += events
      for (const count of verdicts.values()) totals.verdicts += count
    }

    it(`${count * times} seeds, each twice: no rule broken at any step, nothing lost, one log`, async () => {
      for (const seed of seeds(count)) {
        const options = { ...base, seed }
        const result = await twice(options)
        assert.equal(result.lost, 0, `seed ${seed}: ${result.lost} groups lost`)
        add(result, options)
      }
    })

    it('brought copies to where they are wanted, and did all that it is there for', () => {
      console.log(`      ${JSON.stringify(totals)}`)
      assert.ok(totals.low < STILL_LOW * totals.groups, `${totals.low} of ${totals.groups} groups have fewer copies than wanted`)
      for (const done of [totals.releases, totals.evictions, totals.collected, totals.verdicts]) assert.ok(done > totals.runs)
    })
  })
}
