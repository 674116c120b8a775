// A file is fetched from three holders, of which one is behind a slow line and one is killed on the way, and, in the
// same run, from the one that is left. Every node is a process of its own on this machine. Fails when the file comes back
// different, or slower than MIN_RATIO of the other. See README.md.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bigFile } from './lib/data.js'
import { bytesOf } from './lib/options.js'
import { throttle } from './lib/throttle.js'
import { settle, startWorker } from './lib/worker.js'

const USAGE = 'npm run bench:fetch -- [--bytes 2GiB] [--json] [--dir DIR] [--no-flags]'
const SLOW_BYTES_PER_S = 1e6
/** Of the speed from the one good holder alone. */
const MIN_RATIO = 0.8
const NAME = 'big.bin'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '2GiB' },
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
let size
try {
  size = bytesOf('bytes', values.bytes)
} catch (err) {
  process.stderr.write(`${err.message}\n\n${USAGE}\n`)
  process.exit(2)
}

const say = (text) => { if (!values.json) process.stderr.write(`${text}\n`) }
if (values.dir !== undefined) await mkdir(values.dir, { recursive: true })
const folder = await mkdtemp(join(resolve(values.dir ?? tmpdir()), 'dfs-bench-fetch-'))
const workers = []
const holders = {}

async function start (label, options = {}) {
  const worker = await startWorker('fetch', { flags: !values['no-flags'] })
  workers.push(worker)
  const opened = await worker.call('open', { dir: join(folder, label), label, ...options })
  return Object.assign(worker, opened)
}

async function holder (label, invite) {
  holders[label] = await start(label, invite === undefined ? {} : { invite })
}

/** A member that lends no space and comes with an empty folder reads the file; `during` runs meanwhile. */
async function readBy (label, from, { detour, during = async () => {} } = {}) {
  const invite = await holders.good.call('invite', { role: 'read' })
  const reader = await start(label, { invite, reader: true, detour })
  await reader.call('connected', { peers: from.map((name) => holders[name].peer) })
  await settle()
  const [result] = await Promise.all([reader.call('get', { name: NAME }), during(reader)])
  await reader.stop()
  if (result.sha256 !== file.sha256) throw new Error(`${label}: the file came back different`)
  const bytesFrom = Object.fromEntries(Object.entries(holders).map(([name, { peer }]) => [name, result.from[peer] ?? 0]))
  const row = { run: label, seconds: result.seconds, mbPerS: size / 1e6 / result.seconds, bytesFrom, hedged: result.hedged }
  say(`${label}: ${row.mbPerS.toFixed(0)} MB/s in ${row.seconds.toFixed(2)} s; ` +
    `${Object.entries(bytesFrom).map(([name, bytes]) => `${(bytes / 1e6).toFixed(0)} MB from ${name}`).join(', ')}; ` +
    `${row.hedged.blocks} blocks asked for twice (${(row.hedged.bytes / 1e6).toFixed(1)} MB), ${row.hedged.won} of them came sooner`)
  return row
}

let file
let proxy
try {
  say(`making ${size} random bytes in ${folder}`)
  file = await bigFile(join(folder, 'file'), size)
  await holder('good')
  for (const label of ['slow', 'killed']) await holder(label, await holders.good.call('invite', { role: 'write' }))
  await holders.good.call('connected', { peers: [holders.slow.peer, holders.killed.peer] })
  say('three holders take it')
  await holders.good.call('put', { name: NAME, path: file.path, size, durable: 3 })
  await Promise.all(['slow', 'killed'].map((label) => holders[label].stop()))

  const alone = await readBy('alone', ['good'])

  for (const label of ['slow', 'killed']) await holder(label)
  const [port] = holders.slow.ports
  proxy = await throttle(port, SLOW_BYTES_PER_S)
  const three = await readBy('three', ['good', 'slow', 'killed'], {
    detour: [port, proxy.port],
    during: async (reader) => {
      await reader.call('passed', { bytes: size / 2 })
      await holders.killed.kill()
    }
  })
  for (const label of ['slow', 'killed']) await holders[label].stop()
  const again = await readBy('again', ['good'])

  // what the machine does meanwhile, and what lies in its memory, is not the same before and after
  const ratio = three.mbPerS / ((alone.mbPerS + again.mbPerS) / 2)
  // a holder that nobody asked would make this an easy race
  if (three.bytesFrom.killed === 0 || proxy.bytes === 0) throw new Error('not all three holders were asked')
  const rows = [alone, three, again]
  if (values.json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  const throughProxy = proxy.bytes
  process.stdout.write(values.json
    ? `${JSON.stringify({ ratio, throughProxy, least: MIN_RATIO })}\n`
    : `three holders, one at ${SLOW_BYTES_PER_S / 1e6} MB/s (${Math.round(throughProxy / 1e3)} kB came through), one killed at the half: ${ratio.toFixed(2)} of the speed from one alone, at least ${MIN_RATIO}\n`)
  if (ratio < MIN_RATIO) process.exitCode = 1
} finally {
  await Promise.all(workers.map((worker) => worker.stop()))
  await proxy?.stop()
  await rm(folder, { recursive: true, force: true })
}
