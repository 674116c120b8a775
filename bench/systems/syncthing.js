/**
 * Syncthing: two instances that know only each other's address on this machine. It watches folders rather than being
 * asked for files, so adding is its scan (it hashes, and keeps no copy), and fetching the time from the second one's
 * first sight of the index until its folder is complete.
 */
import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sameFolders, sha256 } from '../lib/data.js'
import { freePort, measureProgram, missingProgram, startProgram, until } from '../lib/programs.js'
import { settle } from '../lib/worker.js'
import { of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const syncthing = process.env.SYNCTHING ?? 'syncthing'
const sample = of('syncthing')
const KEY = 'bench'

async function makeNode (home) {
  await mkdir(home, { recursive: true })
  const env = { HOME: home }
  await measureProgram(syncthing, ['generate', '--no-default-folder', `--home=${home}`], { env })
  const { output } = await measureProgram(syncthing, ['--device-id', `--home=${home}`], { env, read: true })
  const id = /[A-Z0-9]{7}(-[A-Z0-9]{7}){7}/.exec(output)?.[0]
  if (id === undefined) throw new Error(`syncthing told no device id: ${output.slice(-300)}`)
  return { home, id, gui: await freePort(), port: await freePort() }
}

/** Nothing of it looks for others, and only `dials` connects: when both dial, one connection loses and is tried half a minute later. */
const config = (node, other, folder, dials) => `<configuration version="35">
  <folder id="bench" label="bench" path="${folder}" type="sendreceive" rescanIntervalS="86400" fsWatcherEnabled="false" autoNormalize="true">
    <filesystemType>basic</filesystemType>
    <device id="${node.id}" introducedBy=""/>
    <device id="${other.id}" introducedBy=""/>
    <minDiskFree unit="%">0</minDiskFree>
  </folder>
  <device id="${node.id}" name="self"><address>tcp://127.0.0.1:${node.port}</address></device>
  <device id="${other.id}" name="other"><address>${dials ? `tcp://127.0.0.1:${other.port}` : 'dynamic'}</address></device>
  <gui enabled="true" tls="false"><address>127.0.0.1:${node.gui}</address><apikey>${KEY}</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${node.port}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><urAccepted>-1</urAccepted>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH><crashReportingEnabled>false</crashReportingEnabled>
    <startBrowser>false</startBrowser><reconnectionIntervalS>1</reconnectionIntervalS>
    <setLowPriority>false</setLowPriority>
  </options>
</configuration>
`

/** undefined while it does not answer, which is so until it is up. */
async function ask (node, path) {
  try {
    const response = await fetch(`http://127.0.0.1:${node.gui}/rest/${path}`, { headers: { 'X-API-Key': KEY } })
    return response.ok ? await response.json() : undefined
  } catch (err) {
    if (err.cause?.code === 'ECONNREFUSED' || err.cause?.code === 'ECONNRESET') return undefined
    throw err
  }
}

async function start (context, node) {
  const env = { HOME: node.home, STNORESTART: '1', STMONITORED: '1' } // one process, so that its memory is the whole of it
  node.program = startProgram(syncthing, ['serve', `--home=${node.home}`, '--no-browser', '--no-restart', '--no-upgrade'], { env, signal: context.signal })
  await until(async () => ask(node, 'system/ping'), context)
}

async function whole (context, node, files) {
  return until(async () => {
    const status = await ask(node, 'db/status?folder=bench')
    return status?.state === 'idle' && status.globalFiles === files && status.localFiles === files && status.needFiles === 0
  }, context)
}

const place = async (from, to) => link(from, to).catch(async () => copyFile(from, to))

/** Adds what `fill` lays into the first one's folder, and has the second one fetch it. */
async function pair (context, files, fill) {
  const root = join(context.dir, 'syncthing')
  await rm(root, { recursive: true, force: true })
  const [left, right] = [join(root, 'left'), join(root, 'right')]
  for (const folder of [left, right]) await mkdir(join(folder, '.stfolder'), { recursive: true })
  await fill(left)
  const [a, b] = [await makeNode(join(root, 'a')), await makeNode(join(root, 'b'))]
  await writeFile(join(a.home, 'config.xml'), config(a, b, left, false))
  await writeFile(join(b.home, 'config.xml'), config(b, a, right, true))
  try {
    await settle()
    const begun = performance.now()
    await start(context, a)
    await whole(context, a, files)
    const add = { seconds: (performance.now() - begun) / 1000, cpuS: a.program.cpuS(), rssMib: a.program.peakMib() }
    await settle()
    await start(context, b)
    await until(async () => (await ask(b, 'db/status?folder=bench'))?.globalFiles >= files, context)
    const indexed = performance.now()
    const before = [a, b].map((node) => node.program.cpuS())
    await whole(context, b, files)
    const fetch = { seconds: (performance.now() - indexed) / 1000, cpuS: b.program.cpuS() - before[1], rssMib: b.program.peakMib(), servingCpuS: a.program.cpuS() - before[0], servingMib: a.program.peakMib() }
    return { add, fetch, right }
  } finally {
    for (const node of [a, b]) await node.program?.stop('SIGKILL')
  }
}

export const syncthingSystem = {
  of: ['W1', 'W2', 'W3'],
  missing: () => missingProgram(syncthing),
  run: async (context, data) => {
    const samples = []
    try {
      if (context.wants('W1') || context.wants('W2')) {
        const { path, size, sha256: hash } = await data.big()
        const { add, fetch, right } = await pair(context, 1, async (folder) => place(path, join(folder, 'big.bin')))
        if (await sha256(join(right, 'big.bin')) !== hash) throw new Error('the copy is different')
        samples.push(sample('W1', 'add', { ...add, bytes: size }), sample('W2', 'fetch', { ...fetch, bytes: size }))
      }
      if (context.wants('W3')) {
        samples.push(...await smallSets({ wants: (name) => name === 'W3' }, data, async (workload, { folder, names }) => {
          const { add, fetch, right } = await pair(context, names.length, async (to) => {
            for (const name of names) await place(join(folder, name), join(to, name))
          })
          await sameFolders(folder, right, names)
          return [sample(workload, 'add', { ...add, ops: names.length }), sample(workload, 'fetch', { ...fetch, ops: names.length })]
        }))
      }
      return samples.filter(({ workload }) => context.wants(workload))
    } finally {
      await stopAll(context, [])
    }
  }
}
