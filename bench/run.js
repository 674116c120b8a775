// Measures dfs beside what the machine gives at best and beside other systems, in turn, in separate processes. See README.md.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { barLines, judge } from './lib/bars.js'
import { makeData } from './lib/data.js'
import { page } from './lib/html.js'
import { isIsolated, isolate } from './lib/isolate.js'
import { readOptions, USAGE, WORKLOADS } from './lib/options.js'
import { summarize, table, withRate } from './lib/report.js'
import { NOTES, SYSTEMS } from './systems/index.js'

/** A system that has not ended by then is given up for this run. */
const MS_A_STEP = 15 * 60_000

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
await isolate()

const stopped = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => { stopped.abort(new Error(`stopped by ${name}`)) })

const wants = (workload) => options.workloads.includes(workload)
/** By system: why there is nothing of it. */
const absent = new Map()
const steps = SYSTEMS.filter(({ name, of, missing }) => {
  if (!of.some(wants)) return false
  const reason = name !== 'dfs' && options.only !== undefined && !options.only.includes(name) ? `${name} was left out with --only` : missing({ isolated: isIsolated() })
  if (reason !== undefined) absent.set(name, reason)
  return reason === undefined
})

const say = (text) => { if (!options.json) process.stderr.write(`${text}\n`) }
const print = (object) => { if (options.json) process.stdout.write(`${JSON.stringify(object)}\n`) }
const samples = []
let broken = false

function keep (sample) {
  const line = withRate(sample)
  samples.push(line)
  print(line)
  say(`run ${line.run}  ${line.workload} ${line.measure}  ${line.system}  ${line.mbPerS ?? line.opsPerS ?? line.ms}`)
}

/** What another system fails at is said and not fatal; what dfs fails at makes the whole run fail. */
async function runStep (step, run, folder, data) {
  const dir = join(folder, `run${run}`)
  await mkdir(dir, { recursive: true })
  try {
    const context = { dir, wants, flags: options.flags, isolated: isIsolated(), signal: AbortSignal.any([AbortSignal.timeout(MS_A_STEP), stopped.signal]), listed: data.listed }
    for (const sample of await step.run(context, data)) keep({ run, ...sample })
  } catch (err) {
    stopped.signal.throwIfAborted()
    if (step.name === 'dfs') broken = true
    absent.set(step.name, `${step.name} failed: ${String(err.message).split('\n')[0].slice(0, 200)}`)
    process.stderr.write(`${step.name} failed: ${err.stack}\n`)
    await rm(dir, { recursive: true, force: true })
  }
}

for (const [name, reason] of absent) say(`${name} is not measured: ${reason}`)
if (options.dir !== undefined) await mkdir(options.dir, { recursive: true })
const folder = await mkdtemp(join(resolve(options.dir ?? tmpdir()), 'dfs-bench-'))
try {
  const data = makeData(join(folder, 'data'), options)
  for (let run = 1; run <= options.runs; run++) {
    // in turn, and backwards every other time, so that no system always runs on what another left behind
    for (const step of run % 2 === 1 ? steps : steps.toReversed()) await runStep(step, run, folder, data)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

const rows = summarize(samples)
const judged = judge(samples, absent, options.workloads)
for (const row of rows) print({ median: true, ...row })
if (!options.json) process.stdout.write(`\n${table(rows)}\n`)
if (options.check) {
  for (const bar of judged) print({ bar: bar.bar, ...bar })
  if (!options.json) process.stdout.write(`\n${barLines(judged).join('\n')}\n`)
}
if (options.html !== undefined) {
  await writeFile(options.html, page({
    rows, judged, absent, texts: WORKLOADS,
    about: [`Medians of ${options.runs === 1 ? 'one run' : `${options.runs} runs`} in turn on ${availableParallelism()} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`, `A file of ${options.size / 1024 ** 2} MiB, ${options.files} small files of 4 KiB, a tree of ${options.tree} files. Only ratios within one run compare.`, ...NOTES]
  }))
}
if (broken || (options.check && judged.some(({ state }) => state === 'fail'))) process.exitCode = 1
