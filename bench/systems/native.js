/** Programs in other languages that fetch from one another: native iroh (sendme, Rust) and Kubo (Go). */
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { sha256 } from '../lib/data.js'
import { freePort, measureProgram, missingProgram, startProgram } from '../lib/programs.js'
import { settle } from '../lib/worker.js'
import { of } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const sendmeProgram = process.env.SENDME ?? 'sendme'
const kubo = process.env.KUBO ?? 'ipfs'

/** Both look for others as they come; where they cannot be shut in, they are not started. */
const onlyIsolated = (program) => ({ isolated }) => missingProgram(program) ??
  (isolated ? undefined : `${program} would speak to others outside, and this user may not make a network of its own (unshare -n)`)

async function same (path, hash) {
  if (await sha256(path) !== hash) throw new Error('the copy is different')
}

/** The receiver's whole process is timed, its start too. */
export const sendme = {
  of: ['W2'],
  missing: onlyIsolated(sendmeProgram),
  run: async (context, { big }) => {
    const { path, size, sha256: hash } = await big()
    const folders = ['sends', 'receives'].map((name) => join(context.dir, name))
    for (const folder of folders) await mkdir(folder)
    const env = { HOME: context.dir }
    const sender = startProgram(sendmeProgram, ['send', '--relay', 'disabled', '--ticket-type', 'addresses', path], { cwd: folders[0], env, signal: context.signal })
    try {
      const [, ticket] = await sender.said(/receive\s+(blob\w+)/)
      await settle()
      const before = sender.cpuS()
      const result = await measureProgram(sendmeProgram, ['receive', '--relay', 'disabled', ticket], { cwd: folders[1], env, signal: context.signal })
      await same(join(folders[1], basename(path)), hash)
      return [of('native iroh')('W2', 'fetch', { ...result, bytes: size, servingCpuS: sender.cpuS() - before, servingMib: sender.peakMib() })]
    } finally {
      await sender.stop('SIGINT')
      await stopAll(context, [])
    }
  }
}

/** A daemon with a repository of its own that knows nobody. */
async function startKubo (context, name) {
  const env = { IPFS_PATH: join(context.dir, name), IPFS_TELEMETRY: 'off', HOME: context.dir }
  const run = async (args, options = {}) => measureProgram(kubo, args, { env, signal: context.signal, ...options })
  await run(['init', '--profile', 'test'])
  const settings = {
    'Addresses.Swarm': [`/ip4/127.0.0.1/tcp/${await freePort()}`],
    'Addresses.API': `/ip4/127.0.0.1/tcp/${await freePort()}`,
    'Addresses.Gateway': [],
    'Routing.Type': 'none',
    'AutoConf.Enabled': false,
    'AutoTLS.Enabled': false,
    Bootstrap: [],
    'DNS.Resolvers': {},
    'Ipns.DelegatedPublishers': [],
    'Routing.DelegatedRouters': []
  }
  for (const [key, value] of Object.entries(settings)) await run(['config', '--json', key, JSON.stringify(value)])
  const daemon = startProgram(kubo, ['daemon'], { env, signal: context.signal })
  await daemon.said(/Daemon is ready/)
  return { run, daemon }
}

/** A command's seconds, its CPU with that of its daemon, and the memory of the daemon, which does the work. */
async function byDaemon ({ daemon }, task) {
  const before = daemon.cpuS()
  const result = await task()
  return { ...result, cpuS: result.cpuS + daemon.cpuS() - before, rssMib: daemon.peakMib() }
}

export const kuboSystem = {
  of: ['W1', 'W2'],
  missing: onlyIsolated(kubo),
  run: async (context, { big }) => {
    const { path, size, sha256: hash } = await big()
    const nodes = []
    try {
      nodes.push(await startKubo(context, 'a'), await startKubo(context, 'b'))
      const [a, b] = nodes
      const sample = of('kubo')
      await settle()
      const { output, ...added } = await byDaemon(a, () => a.run(['add', '-Q', path], { read: true }))
      const [address] = (await a.run(['id', '-f', '<addrs>'], { read: true })).output.trim().split('\n')
      await b.run(['swarm', 'connect', address])
      await settle()
      const copy = join(context.dir, 'copy.bin')
      const fetched = await byDaemon(b, () => b.run(['get', '-o', copy, output.trim()]))
      await same(copy, hash)
      return [
        sample('W1', 'add', { ...added, bytes: size }),
        sample('W2', 'fetch', { ...fetched, servingMib: a.daemon.peakMib(), bytes: size })
      ].filter(({ workload }) => context.wants(workload))
    } finally {
      for (const { daemon } of nodes) await daemon.stop()
      await stopAll(context, [])
    }
  }
}
