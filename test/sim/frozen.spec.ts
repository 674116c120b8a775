import { hold } from '../frozen/hold.js'
import { FEW, MANY, type SimOptions } from './options.js'
import { simulate } from './simulate.js'

/** A few cheap runs: what the decisions about copies come to, to the last line of their log. */
const RUNS: Array<[name: string, options: SimOptions]> = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed): [string, SimOptions] => [`few ${seed}`, { ...FEW, seed }]),
  ['many 1, the first hours', { ...MANY, seed: 1, ms: MANY.ms / 8 }]
]

describe('frozen: logs of the simulation', () => {
  it('of some seeds', async () => {
    const lines: string[] = []
    for (const [name, options] of RUNS) {
      const { hash, lines: count } = await simulate(options)
      lines.push(`${name}: ${count} lines, ${hash}`)
    }
    await hold('simulation.txt', `${lines.join('\n')}\n`)
  })
})
