import assert from 'node:assert/strict'
import { Allowance } from '../../src/network/allowance.js'
import { FakeClock } from './fake-clock.js'

describe('allowance', () => {
  it('gives what there is, fills by the second up to the most, and takes nothing for what is too much', () => {
    const clock = new FakeClock()
    const allowance = new Allowance({ most: 10, perSecond: 2, clock })
    assert.deepEqual([allowance.take(8), allowance.take(3), allowance.take(2), allowance.take(1)], [true, false, true, false])
    clock.advanceBy(1_500)
    assert.deepEqual([allowance.take(4), allowance.take(3), allowance.take(1)], [false, true, false])
    clock.advanceBy(3600e3)
    assert.deepEqual([allowance.take(11), allowance.take(10)], [false, true])
  })
})
