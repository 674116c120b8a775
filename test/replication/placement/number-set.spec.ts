import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NumberSet } from '../../../src/replication/placement/number-set.js'

const NUMBER = fc.oneof(fc.nat(20), fc.nat(100_000))

describe('replication: number set', () => {
  it('property: it is a set', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), NUMBER)), (steps) => {
      const set = new NumberSet()
      const model = new Set<number>()
      for (const [adds, number] of steps) {
        if (adds) {
          set.add(number)
          model.add(number)
        } else {
          set.delete(number)
          model.delete(number)
        }
        assert.equal(set.size, model.size)
      }
      for (const [, number] of steps) for (const near of [number - 1, number, number + 1, number + 8]) if (near >= 0) assert.equal(set.has(near), model.has(near))
    }))
  })
})
