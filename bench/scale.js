// A vault of 10,000 and of 1,000,000 entries: how long what people and the node do all day takes, and what it costs in memory.
// One in ten of the names has an older version that is forgotten, with a block, so that there is something to collect.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startWorker } from './lib/worker.js'

const USAGE = 'node bench/scale.js [--entries 1000000] [--beside 10000] [--runs 3] [--json] [--dir DIR] [--no-flags]'
const DEAD = 10
const STATS = 2000
/** Collected as soon as it is dead. */
const GUARD_MS = 1000

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    beside: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    dir: { type: 'string' },
    'no-flags': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
const numbers = [values.beside, values.entries, values.runs].map(Number)
if (values.help || !numbers.every((count) => Number.isSafeInteger(count) && count > 0)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(values.help ? 0 : 2)
}
const [beside, entries, runs] = numbers
const flags = !values['no-flags']
const say = (text) => { if (!values.json) process.stderr.write(`${text}\n`) }
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]

if (values.dir !== undefined) await mkdir(values.dir, { recursive: true })
const folder = await mkdtemp(join(resolve(values.dir ?? tmpdir()), 'dfs-bench-scale-'))

/** One size, each step in a process of its own, so that its peak is its own. */
async function size (count) {
  const row = { entries: count }
  const dir = join(folder, `of-${count}`)
  const within = async (work) => {
    const worker = await startWorker('sync', { flags })
    try {
      return await work(worker)
    } finally {
      await worker.stop()
    }
  }
  say(`making ${count} entries`)
  await within(async (worker) => {
    await worker.call('open', { dir, label: 'old' })
    await worker.call('fill', { entries: count, dead: DEAD })
    await worker.call('close')
  })
  row.indexBytesAnEntry = Math.round((await stat(join(dir, 'index.db'))).size / count)
  say('looking')
  const looks = []
  for (let run = 0; run < runs; run++) {
    looks.push(await within(async (worker) => {
      const at = performance.now()
      await worker.call('open', { dir, label: 'old', capacity: 10e9 })
      const openMs = performance.now() - at
      const look = await worker.call('look', { names: STATS })
      return { openMs, ...look, statusMs: await worker.call('status'), peakMib: worker.peakMib() }
    }))
  }
  for (const key of Object.keys(looks[0])) row[key] = median(looks.map((look) => look[key]))
  say('a full sync to a new member')
  await within(async (old) => within(async (member) => {
    const peer = await old.call('open', { dir, label: 'old' })
    const invite = await old.call('invite')
    for (const worker of [old, member]) worker.resetPeak()
    await member.call('count')
    await member.call('open', { dir: join(folder, `new-${count}`), label: 'new', capacity: 0, invite })
    await member.call('round', { peer })
    const { seconds } = await member.call('counted')
    const [has, got] = [await old.call('entries'), await member.call('entries')]
    if (has !== got) throw new Error(`the new member has ${got} of ${has} entries`)
    Object.assign(row, { syncSeconds: seconds, syncPeakMib: member.peakMib(), servingPeakMib: old.peakMib() })
  }))
  say('collecting')
  await within(async (worker) => {
    await worker.call('open', { dir, label: 'old', guard: GUARD_MS })
    worker.resetPeak()
    const { seconds, result } = await worker.call('gc')
    Object.assign(row, { gcSeconds: seconds, gcPeakMib: worker.peakMib(), gc: result })
  })
  return row
}

try {
  const rows = [await size(beside), await size(entries)]
  if (values.json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  else for (const row of rows) process.stdout.write(text(row))
  const ratio = rows[1].statMs / rows[0].statMs
  if (!values.json) process.stdout.write(`stat: ${ratio.toFixed(2)} times as long\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

function text (row) {
  const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  return `${row.entries} entries, ${row.indexBytesAnEntry} bytes of index an entry
  opened in ${ms(row.openMs)}, first page of ls ${ms(row.listMs)}, stat ${ms(row.statMs)}, status ${ms(row.statusMs)}, RSS ${row.peakMib} MiB
  full sync to a new member ${row.syncSeconds.toFixed(1)} s, RSS ${row.syncPeakMib} MiB, serving ${row.servingPeakMib} MiB
  gc ${row.gcSeconds.toFixed(1)} s, RSS ${row.gcPeakMib} MiB  ${JSON.stringify(row.gc)}
`
}
