/** Systems that are libraries of Node: two processes each, the second one empty. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sameFolders, sha256 } from '../lib/data.js'
import { AT_ONCE, BYTES_PER_RANGE, of, smallSets } from '../lib/workloads.js'
import { measured, settle, startWorker } from '../lib/worker.js'
import { stopAll } from './nodes.js'

const MODULES = fileURLToPath(new URL('../node_modules/', import.meta.url))

/** Runs `task` with a function that starts one more peer, the first of which serves. */
async function withPeers (context, system, task) {
  const workers = []
  let address
  const start = async () => {
    const role = workers.length === 0 ? 'serves' : 'fetches'
    const worker = await startWorker('peer', context)
    workers.push(worker)
    const own = await worker.call('open', { system, dir: join(context.dir, `${system}-${workers.length}`), role })
    if (role === 'fetches') await worker.call('connect', { address })
    else address = own
    return worker
  }
  try {
    return await task(start)
  } finally {
    await stopAll(context, workers)
  }
}

async function large (context, system, { big }) {
  const sample = of(system)
  const { path, size, sha256: hash } = await big()
  return withPeers(context, system, async (start) => {
    const a = await start()
    let ref
    const added = await measured(a, [], async () => {
      const result = await a.call('add', { path })
      ref = result.ref
      return result.seconds
    })
    const samples = context.wants('W1') ? [sample('W1', 'add', { ...added, bytes: size })] : []
    if (context.wants('W4') && system !== 'iroh') { // its binding reads whole files only
      const b = await start()
      const { firstMs, rangeMs } = await b.call('firstByte', { ref, offset: Math.floor(size / 2), length: Math.min(BYTES_PER_RANGE, Math.floor(size / 2)) })
      samples.push(sample('W4', 'first byte', { ms: firstMs }), sample('W4', 'range', { ms: rangeMs }))
      await b.stop()
    }
    if (!context.wants('W2')) return samples
    const b = await start()
    const copy = join(context.dir, 'copy.bin')
    await settle()
    samples.push(sample('W2', 'fetch', { ...await measured(b, [a], () => b.call('fetch', { ref, path: copy })), bytes: size }))
    if (await sha256(copy) !== hash) throw new Error('the copy is different')
    return samples
  })
}

async function small (context, system, data) {
  const sample = of(system)
  return smallSets(context, data, (workload, { folder, names }) => withPeers(context, system, async (start) => {
    const a = await start()
    let refs
    const added = await measured(a, [], async () => {
      const result = await a.call('addAll', { folder, names, atOnce: AT_ONCE })
      refs = result.refs
      return result.seconds
    })
    const b = await start()
    const copies = join(context.dir, 'copies')
    await mkdir(copies)
    await settle()
    const fetched = await measured(b, [a], () => b.call('fetchAll', { refs, folder: copies, names, atOnce: AT_ONCE }))
    await sameFolders(folder, copies, names)
    return [sample(workload, 'add', { ...added, ops: names.length }), sample(workload, 'fetch', { ...fetched, ops: names.length })]
  }))
}

/** @param needs the package that must be installed in bench/ @param staysHome false: it has relays outside that it cannot be told to leave alone */
const library = (system, needs, { workloads, staysHome = true }) => ({
  of: workloads,
  missing: ({ isolated }) => {
    if (!existsSync(join(MODULES, needs))) return `${system} is not installed: npm run bench:install`
    return staysHome || isolated ? undefined : `${system} would speak to relays outside, and this user may not make a network of its own (unshare -n)`
  },
  run: async (context, data) => [
    ...['W1', 'W2', 'W4'].filter((name) => workloads.includes(name)).some(context.wants) ? await large(context, system, data) : [],
    ...await small(context, system, data)
  ]
})

export const iroh = library('iroh', '@number0/iroh', { workloads: ['W1', 'W2', 'W3', 'W3x10'], staysHome: false })
export const hyperdrive = library('hyperdrive', 'hyperdrive', { workloads: ['W1', 'W2', 'W3', 'W3x10', 'W4'] })
export const helia = library('helia', 'helia', { workloads: ['W1', 'W2', 'W3', 'W4'] })
