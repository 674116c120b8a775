import assert from 'node:assert/strict'
import { expectedLosses, LARGE, LargeWorld } from './large-world.js'

describe('simulation: members that come and go', () => {
  it('replaces what left with them, moves little more than that, and lets go of the rest', async () => {
    const options = { ...LARGE, nodes: 60, groups: 1500, days: 3, leaving: 0.1, repairMs: 5 * 60_000 }
    const world = new LargeWorld(options)
    await world.run(() => {})
    const [none = 0, one = 0, two = 0] = world.copies()
    assert.equal(world.lost, none)
    assert.ok(world.deaths > 5 && world.joins > 5 && world.released > 0)
    // each that leaves takes its share with it, each that joins has to get one
    const share = options.groups * options.copies / options.nodes
    assert.ok(world.fetched < 1.3 * share * (world.deaths + world.joins), `${world.fetched} of ${share * (world.deaths + world.joins)}`)
    assert.ok(one + two < 0.1 * options.groups, `${one + two} groups have fewer copies than wanted`)
    console.log(`      ${world.deaths} left, ${world.joins} joined: ${world.fetched} groups fetched, ${Math.round(share * (world.deaths + world.joins))} had other holders; ${world.released} let go; copies ${world.copies().join()}`)
  })

  it('expects what three deaths within grace and repair cost', () => {
    // 100,000 groups × 30 days × 3 × 0.05³ × (1 h + 7.5 min + 30 min)²
    assert.ok(Math.abs(expectedLosses(LARGE) - 1_125 * (97.5 / 1440) ** 2) < 1e-9)
    assert.throws(() => expectedLosses({ ...LARGE, copies: 2 }), RangeError)
  })
})
