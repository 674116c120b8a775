/** The large run: `npm run sim -- [--nodes 1000] [--groups 100000] [--days 30] [--seed 1] [--leaving 0.05] [--repair-min 30]`. */
import { parseArgs } from 'node:util'
import { expectedLosses, LARGE, LargeWorld } from './large-world.js'

const { values } = parseArgs({
  options: { nodes: { type: 'string' }, groups: { type: 'string' }, days: { type: 'string' }, seed: { type: 'string' }, leaving: { type: 'string' }, 'repair-min': { type: 'string' } }
})
const number = (text: string | undefined, otherwise: number): number => text === undefined ? otherwise : Number(text)
const options = {
  ...LARGE,
  nodes: number(values.nodes, LARGE.nodes),
  groups: number(values.groups, LARGE.groups),
  days: number(values.days, LARGE.days),
  seed: number(values.seed, LARGE.seed),
  leaving: number(values.leaving, LARGE.leaving),
  repairMs: number(values['repair-min'], LARGE.repairMs / 60_000) * 60_000
}

const started = performance.now()
const world = new LargeWorld(options)
console.log(`${options.nodes} nodes, ${options.groups} groups, ${options.days} days; ${options.leaving * 100} % of the nodes leave for good a day and as many join; grace ${options.graceMs / 60_000} min, repair ${options.repairMs / 60_000} min`)
await world.run((day) => {
  const copies = world.copies().map((groups, count) => `${count}: ${groups}`).join(' · ')
  console.log(`day ${day}  left ${world.deaths}  joined ${world.joins}  fetched ${world.fetched}  let go ${world.released}  lost ${world.lost}  copies ${copies}  (${Math.round((performance.now() - started) / 1000)} s)`)
})
console.log(`${world.diedBetween} members died between a promise and the release that it was for`)
console.log(`lost ${world.lost}; expected from three deaths within grace and repair: ${expectedLosses(options).toFixed(1)}`)
