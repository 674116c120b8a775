// Measures dfs beside a bare libp2p stream and dd, in turn, in separate processes. See README.md.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bigFile, smallFiles } from './lib/data.js'
import { readOptions, USAGE } from './lib/options.js'
import { summarize, table, withRate } from './lib/report.js'
import { bareStream, dd, first, replicate, small, transfer } from './lib/workloads.js'

let options
try {
  options = readOptions(process.argv.slice(2))
} catch (err) {
  process.stderr.write(`${err.message}\n\n${USAGE}\n`)
  process.exit(2)
}
if (options.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit()
}

const wants = (workload) => options.workloads.includes(workload)
const STEPS = [
  { of: ['W2', 'W3'], run: bareStream },
  { of: ['W1', 'W5'], run: dd },
  { of: ['W1', 'W2'], run: transfer },
  { of: ['W3'], run: small },
  { of: ['W4'], run: first },
  { of: ['W5'], run: replicate }
].filter(({ of }) => of.some(wants))

if (options.dir !== undefined) await mkdir(options.dir, { recursive: true })
const folder = await mkdtemp(join(resolve(options.dir ?? tmpdir()), 'dfs-bench-'))
const say = (text) => { if (!options.json) process.stderr.write(text) }
const samples = []
try {
  say(`making ${options.size} random bytes and ${options.files} small files in ${folder}\n`)
  const data = { big: await bigFile(join(folder, 'big.bin'), options.size), small: await smallFiles(join(folder, 'small'), options.files) }
  for (let run = 1; run <= options.runs; run++) {
    // in turn, and backwards every other time, so that no system always runs on what another left behind
    for (const step of run % 2 === 1 ? STEPS : STEPS.toReversed()) {
      const dir = join(folder, `run${run}`)
      await mkdir(dir, { recursive: true })
      for (const sample of await step.run({ dir, wants, flags: options.flags }, data)) {
        const line = { run, ...withRate(sample) }
        samples.push(line)
        if (options.json) process.stdout.write(`${JSON.stringify(line)}\n`)
        else say(`run ${run}  ${line.workload} ${line.measure}  ${line.system}  ${line.mbPerS ?? line.opsPerS ?? line.ms}\n`)
      }
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
const rows = summarize(samples)
if (options.json) for (const row of rows) process.stdout.write(`${JSON.stringify({ median: true, ...row })}\n`)
else process.stdout.write(`\n${table(rows)}\n`)
