import assert from 'node:assert/strict'
import { Capacity } from '../../src/blockstore/capacity.js'

describe('store: capacity', () => {
  it('gives what is lent to its last byte, and no more, and gives back what was reserved', async () => {
    const capacity = new Capacity({ capacity: 1000, used: () => 300, space: async () => undefined })
    const reservation = await capacity.begin(700)
    await assert.rejects(capacity.begin(1), { code: 'NO_SPACE' })
    assert.deepEqual([capacity.reserved, capacity.available()], [700, 0])
    await capacity.charge(reservation, 700)
    await assert.rejects(capacity.charge(reservation, 1), { code: 'NO_SPACE' })
    capacity.settle(reservation, 700, false)
    capacity.end(reservation)
    await capacity.begin(700)
  })
})
