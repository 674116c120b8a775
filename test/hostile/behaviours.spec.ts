/**
 * Each file of behaviours/ is one way to attack a node. They run alone and three at a time, against a node in a process of its
 * own, beside an honest transfer and a member that comes. `npm run test:hostile -- --long` runs all of them alone and fifty threes.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LONG, SEED, seeded } from '../seed.js'
import { Battle } from './attack/battle.js'
import { Measure, middle, summary, table, type Row } from './attack/measure.js'

const MIB = 1024 ** 2
/** The bounds of issue and README: memory of a node, how long a member waits at the door, what is left of an honest transfer. */
const MAX_PEAK_MIB = 512
const MAX_ADMITTED_MS = 5_000
const LEAST_SPEED = 0.8
/** Of one core: a run that costs more is repeated, and the middle of three counts. */
const REPEATED_COST = 1 - LEAST_SPEED
/**
 * What one behaviour, three at a time, and the middle of all may cost, in cores. Of 80 alone one was over 0.19, of 39 threes none over 0.2, where others had half of the attackers' core;
 * from a full allowance, with a core for the attackers, one took 0.34 for three seconds.
 * A thousand entries of a member cost what entries cost: each is verified, opened, placed and put into the index, whoever wrote it.
 */
const MAX_COST_ONCE = 0.4
const MAX_COST_OF_THREE = 0.5
const MAX_COST_OF_ENTRIES = 0.7
const MAX_COST_IN_THE_MIDDLE = 0.12
/** A node without its bounds loses more than this of what it and its members use (0.5 to 0.7); with them 0.1 and less. */
const PLANTED_SHARE = 0.35
const BYTES = 32 * MIB
/** After so many a new vault is made: what was put in the old one fills the disk. */
const ROWS_A_BATTLE = 40
/** Against the node without its bounds a transfer takes thirty times as long. */
const PLANTED_BYTES = 8 * MIB
const { alone, threes } = LONG ? { alone: Infinity, threes: 50 } : { alone: 12, threes: 6 }

const names = readdirSync(join(import.meta.dirname, 'behaviours')).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3)).sort()
const random = seeded()
const shuffled = (): string[] => names.map((name) => [random(), name] as const).sort(([a], [b]) => a - b).map(([, name]) => name)
/** They leave entries in the vault, which every run after them has. */
const leaves = (group: string[]): number => group.some((name) => /^member-(entries|sybils)/.test(name)) ? 1 : 0
const groups = [
  ...shuffled().slice(0, alone).map((name) => [name]),
  ...Array.from({ length: threes }, () => shuffled().slice(0, 3))
].sort((a, b) => leaves(a) - leaves(b))

describe(`hostile behaviours (seed ${SEED})`, () => {
  let battle: Battle | undefined
  let measure: Measure
  let rows = 0
  before(() => { assert.ok(names.length >= 50, 'fifty behaviours') })
  after(() => battle?.close())

  async function fight (): Promise<Measure> {
    if (rows++ % ROWS_A_BATTLE > 0) return measure
    await battle?.close()
    battle = await Battle.open()
    // the first takes what is only done once
    await battle.run([], BYTES)
    if (rows > 1) measure.moveTo(battle)
    else measure = new Measure(battle, BYTES)
    return measure
  }

  for (const group of groups) {
    it(group.join(' + '), async () => {
      const row = await (await fight()).row(group, ({ cost }) => cost <= REPEATED_COST)
      const { speed, cost, peakMiB, delayMs, admittedMs } = row
      console.log(`        honest speed ${speed.toFixed(2)}, cost ${cost.toFixed(2)} cores, peak ${peakMiB.toFixed(0)} MiB, event loop ${delayMs.toFixed(0)} ms, a member came in after ${admittedMs.toFixed(0)} ms`)
      assert.ok(peakMiB <= MAX_PEAK_MIB, `${peakMiB} MiB`)
      assert.ok(admittedMs <= MAX_ADMITTED_MS, `a member waited ${admittedMs} ms`)
      assert.ok(cost <= (leaves(group) === 1 ? MAX_COST_OF_ENTRIES : group.length === 1 ? MAX_COST_ONCE : MAX_COST_OF_THREE), `it costs ${cost.toFixed(2)} cores`)
    })
  }

  it('leave most of a core to what is honest', () => {
    const rows: Row[] = measure.rows
    console.log(`${table(rows)}\n      ${summary(rows)}`)
    assert.ok(middle(rows, ({ cost }) => cost).cost <= MAX_COST_IN_THE_MIDDLE)
    // seconds say something on a machine that does nothing else, which is where a long run belongs
    if (LONG) assert.ok(middle(rows, ({ speed }) => speed).speed >= LEAST_SPEED)
  })
})

describe('the measure of hostile behaviours', () => {
  it('finds a node that allows strangers everything', async () => {
    const battle = await Battle.open({ spoiledBy: 'spoiled.js' })
    try {
      await battle.run([], PLANTED_BYTES)
      const row = await new Measure(battle, PLANTED_BYTES).row(['yamux-pings'], () => true)
      console.log(`        honest speed ${row.speed.toFixed(2)}, cost ${row.cost.toFixed(2)} cores, ${row.share.toFixed(2)} of what is honest`)
      // where somebody else is at work, neither it nor the attackers have a core
      assert.ok(row.share > PLANTED_SHARE, `it takes ${row.share.toFixed(2)}`)
    } finally {
      await battle.close()
    }
  })
})
