/**
 * Each file of behaviours/ is one way to attack a node. They run alone and three at a time, against a node in a process of its
 * own, beside an honest transfer and a member that comes. `npm run test:hostile -- --long` runs all of them alone and fifty threes.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LONG, SEED, seeded } from '../seed.js'
import { Battle, type Outcome } from './attack/battle.js'

const MIB = 1024 ** 2
/** The bounds of issue and README: memory of a node, and how long a member waits at the door. */
const MAX_PEAK_MIB = 512
const MAX_ADMITTED_MS = 5_000
const SHORT = { alone: 12, threes: 6, bytes: 32 * MIB }
const FULL = { alone: Infinity, threes: 50, bytes: 128 * MIB }
const { alone, threes, bytes } = LONG ? FULL : SHORT
const QUIET_RUNS = 3

const names = readdirSync(join(import.meta.dirname, 'behaviours')).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3)).sort()
const random = seeded()
const shuffled = (): string[] => names.map((name) => [random(), name] as const).sort(([a], [b]) => a - b).map(([, name]) => name)
const groups = [
  ...shuffled().slice(0, alone).map((name) => [name]),
  ...Array.from({ length: threes }, () => shuffled().slice(0, 3))
]

describe(`hostile behaviours (seed ${SEED})`, () => {
  let battle: Battle
  let quietMs: number
  const outcomes: Outcome[] = []
  before(async () => {
    assert.ok(names.length >= 50, 'fifty behaviours')
    battle = await Battle.open()
    // the first takes what is only done once
    await battle.run([], bytes)
    const quiet: number[] = []
    for (let n = 0; n < QUIET_RUNS; n++) quiet.push((await battle.run([], bytes)).putMs)
    quietMs = median(quiet)
  })
  after(async () => {
    await battle.close()
    const speeds = outcomes.map(({ putMs }) => quietMs / putMs)
    console.log(`      honest speed: median ${median(speeds).toFixed(2)}, lowest ${Math.min(...speeds).toFixed(2)} of quiet; peak ${Math.max(...outcomes.map(({ peakMiB }) => peakMiB)).toFixed(0)} MiB`)
  })

  for (const group of groups) {
    it(group.join(' + '), async () => {
      const outcome = await battle.run(group, bytes)
      outcomes.push(outcome)
      const { peakMiB, delayMs, putMs, admittedMs } = outcome
      console.log(`        peak ${peakMiB.toFixed(0)} MiB, event loop ${delayMs.toFixed(0)} ms, honest speed ${(quietMs / putMs).toFixed(2)}, a member came in after ${admittedMs.toFixed(0)} ms`)
      assert.ok(peakMiB <= MAX_PEAK_MIB, `${peakMiB} MiB`)
      assert.ok(admittedMs <= MAX_ADMITTED_MS, `a member waited ${admittedMs} ms`)
    })
  }
})

function median (numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
