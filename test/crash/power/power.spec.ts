import assert from 'node:assert/strict'
import { LONG, SEED } from '../../seed.js'
import type { Replayed } from './replay.js'
import { Rig } from './rig.js'

/**
 * Of the states that differ, so many are opened; with `--long` all, which takes most of an hour. argon2 makes those with
 * a passphrase slow to open.
 */
const SHARES: Record<string, number> = { life: 0.03, member: 0.04, keys: 0.04, migration: 0.2, rebuild: 0.03 }

describe('power loss below the real code', function () {
  this.timeout(LONG ? 0 : 600_000)
  let rig: Rig
  const all: Omit<Replayed, 'faults'> = { cuts: 0, states: 0, opened: 0 }

  before(async () => {
    if (process.platform !== 'linux') throw new Error('the recorder needs Linux')
    rig = await Rig.make()
  })
  after(async () => {
    await rig.end()
    console.log(`      ${all.cuts} losses of power, ${all.states} different states, ${all.opened} of them opened`)
  })

  for (const [workload, share] of Object.entries(SHARES)) {
    it(`${workload}: what was acknowledged is there, nothing is wrong, the folder opens by itself`, async () => {
      const { faults, ...done } = await rig.run(workload, { share: LONG ? 1 : share, seed: SEED, maxFaults: 20 })
      for (const key of ['cuts', 'states', 'opened'] as const) all[key] += done[key]
      assert.deepEqual(faults.map(({ position, choice, error }) => `after call ${position}, ${choice}: ${error}`), [])
      assert.ok(done.opened > 10, `only ${done.opened} states were opened`)
    })
  }
})
