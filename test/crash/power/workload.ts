/**
 * A process that is recorded: does one step of a workload in the folder, and says `more` when another process shall do
 * the next one, else `end`. Half of the steps end like a process that is killed.
 */
import { writeSync } from 'node:fs'
import { Marks } from './marks.js'
import { WORKLOADS } from './workloads.js'

const [name = '', step = '0', root = ''] = process.argv.slice(2)
const steps = WORKLOADS[name]
const work = steps?.[Number(step)]
if (steps === undefined || work === undefined) throw new Error(`no step ${step} of ${name}`)
await work({ root, marks: new Marks(root) })
writeSync(1, Number(step) + 1 < steps.length ? 'more\n' : 'end\n')
process.exit(0)
