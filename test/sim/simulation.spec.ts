import assert from 'node:assert/strict'
import { FEW, MANY, type SimOptions } from './options.js'
import { seeds } from './runs.js'
import { simulate } from './simulate.js'

describe('simulation', () => {
  it('other seeds are other runs', async () => {
    const [one, two] = [await simulate({ ...FEW, seed: 1 }), await simulate({ ...FEW, seed: 2 })]
    assert.notEqual(one.hash, two.hash)
  })

  for (const [fault, rule] of [
    ['no promise', /others have it/],
    ['collects live', /collected/]
  ] as const) {
    it(`finds a planted fault: ${fault}`, async () => {
      for (const seed of seeds(3)) {
        await assert.rejects(simulate({ ...MANY, seed, fault }), (error: Error) => error.name === 'InvariantError' && rule.test(error.message))
      }
    })
  }

  it('finds a planted fault: no leaving, where much is put away at the same time, and nothing without it', async () => {
    const often: SimOptions = { ...FEW, nodes: 4, slow: 3, copies: 2, droppers: 0, leaveMs: Infinity, rotMs: Infinity, evictMs: 5_000, letGoAfterMs: 300_000, offlineGraceMs: 600_000 }
    for (const seed of seeds(3)) {
      assert.equal((await simulate({ ...often, seed })).lost, 0)
      await assert.rejects(simulate({ ...often, seed, fault: 'no leaving' }), (error: Error) => error.name === 'InvariantError' && /others have it|after it promised/.test(error.message))
    }
  })

  it('finds a planted fault: young book, where indexes are lost soon after a promise, and nothing without it', async () => {
    const often: SimOptions = { ...FEW, crashMs: 2 * 3600e3, awayMs: [60_000, 300_000], lostIndex: 1, rotMs: Infinity, evictMs: 300_000, letGoAfterMs: 300_000 }
    for (const seed of seeds(3)) {
      await simulate({ ...often, seed })
      await assert.rejects(simulate({ ...often, seed, fault: 'young book' }), (error: Error) => error.name === 'InvariantError' && /after it promised/.test(error.message))
    }
  })
})
