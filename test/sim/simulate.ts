import type { SimOptions } from './options.js'
import { Plan } from './plan.js'
import { World } from './world.js'

export interface SimResult {
  hash: string
  lines: number
  events: number
  /** Live groups by the number of copies that can be read at the end. */
  copies: number[]
  /** Acknowledged live groups that nobody has although fewer than `durable` disks with them broke: none. */
  lost: number
  /** Those of which so many broke. */
  broken: number
  releases: number
  evictions: number
  collected: number
  fetchedBytes: number
  verdicts: Map<string, number>
  world: World
}

/** One run. Throws InvariantError when a rule is broken. */
export async function simulate (options: SimOptions, listener?: (line: string) => void): Promise<SimResult> {
  const world = new World(options, listener)
  try {
    new Plan(world).make()
    await world.time.runUntil(options.ms, () => { if (world.truth.broken !== undefined) throw world.truth.broken })
  } finally {
    world.end()
  }
  const counts = world.truth.counts(world.versions())
  const copies: number[] = []
  for (const count of counts) copies[count] = (copies[count] ?? 0) + 1
  const { broken, unexplained } = world.truth.lost(world.versions(), options.durable)
  const { releases, evictions, collected } = world.truth
  return {
    hash: world.hash(),
    lines: world.lines,
    events: world.time.events,
    copies: Array.from(copies, (count) => count ?? 0),
    lost: unexplained.length,
    broken,
    releases,
    evictions,
    collected,
    fetchedBytes: world.fetchedBytes,
    verdicts: world.verdicts,
    world
  }
}
