import assert from 'node:assert/strict'
import { FEW, MANY, type SimOptions } from './options.js'
import { simulate, type SimResult } from './simulate.js'

/** Seeds of each size; DFS_SIM_SEEDS multiplies them. */
const MANY_SEEDS = 16
const FEW_SEEDS = 184
const times = Number(process.env.DFS_SIM_SEEDS ?? 1)
/** Groups that may have fewer copies than wanted at the end: of the last files, or of members that were caught lately. */
const STILL_LOW = 0.05

const seeds = (count: number): number[] => Array.from({ length: count * times }, (_, i) => i + 1)

describe('simulation', () => {
  const totals = { runs: 0, groups: 0, low: 0, over: 0, releases: 0, evictions: 0, collected: 0, broken: 0, verdicts: 0, events: 0 }

  async function twice (options: SimOptions): Promise<SimResult> {
    const first = await simulate(options)
    const second = await simulate(options)
    assert.equal(second.hash, first.hash, `seed ${options.seed}: another log`)
    assert.equal(second.lines, first.lines)
    return first
  }

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

  for (const [name, base, count] of [['20 nodes, 300 groups, 2 days', MANY, MANY_SEEDS], ['7 nodes, 40 groups, 1 day', FEW, FEW_SEEDS]] as const) {
    it(`${name}: ${count * times} seeds, each twice: no rule broken at any step, nothing lost, one log`, async () => {
      for (const seed of seeds(count)) {
        const options = { ...base, seed }
        const result = await twice(options)
        assert.equal(result.lost, 0, `seed ${seed}: ${result.lost} groups lost`)
        add(result, options)
      }
    })
  }

  it('brought copies to where they are wanted, and did all that it is there for', () => {
    console.log(`      ${JSON.stringify(totals)}`)
    assert.ok(totals.low < STILL_LOW * totals.groups, `${totals.low} of ${totals.groups} groups have fewer copies than wanted`)
    for (const done of [totals.releases, totals.evictions, totals.collected, totals.verdicts]) assert.ok(done > totals.runs)
  })

  it('other seeds are other runs', async () => {
    const [one, two] = [await simulate({ ...FEW, seed: 1 }), await simulate({ ...FEW, seed: 2 })]
    assert.notEqual(one.hash, two.hash)
  })

  for (const [fault, rule, more] of [
    ['no promise', /others have it/, {}],
    // two that let go of the same group at the same time are rare where few copies too many are made: often put away here
    ['no leaving', /others have it|after it promised/, { evictMs: 600_000 }],
    ['collects live', /collected/, {}]
  ] as const) {
    it(`finds a planted fault: ${fault}`, async () => {
      for (const seed of seeds(3)) {
        await assert.rejects(simulate({ ...MANY, ...more, seed, fault }), (error: Error) => error.name === 'InvariantError' && rule.test(error.message))
      }
    })
  }

  it('finds a planted fault: young book, where indexes are lost soon after a promise, and nothing without it', async () => {
    const often: SimOptions = { ...FEW, crashMs: 2 * 3600e3, awayMs: [60_000, 300_000], lostIndex: 1, rotMs: Infinity, evictMs: 300_000, letGoAfterMs: 300_000 }
    for (const seed of seeds(3)) {
      await simulate({ ...often, seed })
      await assert.rejects(simulate({ ...often, seed, fault: 'young book' }), (error: Error) => error.name === 'InvariantError' && /after it promised/.test(error.message))
    }
  })
})
