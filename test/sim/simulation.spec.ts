import assert from 'node:assert/strict'
import { FEW, MANY, type SimOptions } from './options.js'
import { seeds } from './runs.js'
import { simulate } from './simulate.js'

describe('simulation', () => {
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
