// A vault's entries synced to a new member over TCP between two processes, and ten more after a reconnect. Prints what the
// round cost both: its messages and bytes in both directions, CPU, peak memory, and by how much the event loop was late.
// The member lends no capacity, so that no blocks are asked for meanwhile. Fails when the second round is too large.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startWorker } from './lib/worker.js'

const USAGE = 'node bench/sync.js [--entries 100000] [--more 10] [--json] [--dir DIR] [--no-flags]'
/** What a second sync may cost. */
const MAX_SECOND_BYTES = 64 * 1024

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    more: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    dir: { type: 'string' },
    'no-flags': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
if (values.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit()
}
const [entries, more] = [Number(values.entries), Number(values.more)]
if (![entries, more].every((count) => Number.isSafeInteger(count) && count > 0)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

const rows = []

/** One round between the two, as the member saw it, with what it cost each. */
async function measured (name, old, member, open) {
  for (const worker of [old, member]) worker.resetPeak()
  await old.call('count')
  await member.call('count')
  await open()
  const round = await member.call('round', { peer: oldPeer })
  const [oldCost, memberCost] = [await old.call('counted'), await member.call('counted')]
  const cost = ({ cpuSeconds, p99Ms, maxMs }, worker) => ({ cpuSeconds, p99Ms, maxMs, peakMib: worker.peakMib() })
  rows.push({ name, ...round, seconds: memberCost.seconds, old: cost(oldCost, old), member: cost(memberCost, member) })
}

if (values.dir !== undefined) await mkdir(values.dir, { recursive: true })
const folder = await mkdtemp(join(resolve(values.dir ?? tmpdir()), 'dfs-bench-sync-'))
const say = (text) => { if (!values.json) process.stderr.write(`${text}\n`) }
const flags = !values['no-flags']
const old = await startWorker('sync', { flags })
const member = await startWorker('sync', { flags })
let oldPeer
try {
  say(`making ${entries} entries in ${folder}`)
  const [oldDir, memberDir] = ['old', 'member'].map((name) => join(folder, name))
  await old.call('open', { dir: oldDir, label: 'old' })
  await old.call('fill', { entries })
  await old.call('close')
  oldPeer = await old.call('open', { dir: oldDir, label: 'old' })
  const invite = await old.call('invite')
  say('a new member')
  await measured(`${entries} entries to a new member`, old, member, () => member.call('open', { dir: memberDir, label: 'member', capacity: 0, invite }))
  const [has, got] = [await old.call('entries'), await member.call('entries')]
  if (has !== got) throw new Error(`the new member has ${got} of ${has} entries`)
  await member.call('close')
  await old.call('put', { files: more })
  say('the same member again')
  await measured(`${more} more after a reconnect`, old, member, () => member.call('open', { dir: memberDir, label: 'member', capacity: 0 }))
  const after = await member.call('entries')
  if (after !== has + more) throw new Error(`the member has ${after} of ${has + more} entries`)
} finally {
  await Promise.all([old.stop(), member.stop()])
  await rm(folder, { recursive: true, force: true })
}

if (values.json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
else for (const row of rows) process.stdout.write(text(row))
const [, second] = rows
if (second.bytes >= MAX_SECOND_BYTES) {
  process.stderr.write(`${second.bytes} bytes for ${more} entries: at most ${MAX_SECOND_BYTES} are allowed\n`)
  process.exitCode = 1
}

function text ({ name, received, sent, messages, bytes, seconds, old: oldCost, member: memberCost }) {
  const side = (who, { cpuSeconds, peakMib, p99Ms, maxMs }) =>
    `  ${who}  CPU ${cpuSeconds.toFixed(1)} s  RSS ${peakMib} MiB  event loop late: p99 ${p99Ms.toFixed(1)} ms, most ${maxMs.toFixed(1)} ms\n`
  return `${name}: ${received} received, ${sent} sent, ${messages} messages, ${bytes} bytes, ${seconds.toFixed(1)} s\n${side('old   ', oldCost)}${side('member', memberCost)}`
}
