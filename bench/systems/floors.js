/** What the machine gives at best: its disk, its crypto, and a libp2p stream with nothing above it. */
import { join } from 'node:path'
import { SMALL_BYTES, sameFolders, sha256 } from '../lib/data.js'
import { measureProgram } from '../lib/programs.js'
import { measured, settle, startWorker } from '../lib/worker.js'
import { AT_ONCE, delayed, of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const READERS = 2

export const cp = {
  of: ['W1', 'W3', 'W3x10'],
  run: async (context, data) => {
    const samples = []
    const sample = of('cp')
    if (context.wants('W1')) {
      const { path, size, sha256: hash } = await data.big()
      const copy = join(context.dir, 'cp.bin')
      samples.push(sample('W1', 'add', { ...await measureProgram('cp', ['--reflink=never', path, copy], context), bytes: size }))
      if (await sha256(copy) !== hash) throw new Error('the copy is different')
    }
    samples.push(...await smallSets(context, data, async (workload, { folder, names }) => {
      const copy = join(context.dir, `cp-${workload}`)
      await settle()
      const result = await measureProgram('cp', ['-r', '--reflink=never', folder, copy], context)
      await sameFolders(folder, copy, names)
      return [sample(workload, 'add', { ...result, ops: names.length })]
    }))
    await stopAll(context, [])
    return samples
  }
}

/** What the disk takes in the same minute. */
export const dd = {
  of: ['W1', 'W5'],
  run: async (context, { big }) => {
    const { path, size } = await big()
    const result = await measureProgram('dd', [`if=${path}`, `of=${join(context.dir, 'dd.bin')}`, 'bs=1M', 'conv=fdatasync'], context)
    await stopAll(context, [])
    return ['W1', 'W5'].filter(context.wants).map((workload) => of('dd fdatasync')(workload, 'add', { ...result, bytes: size }))
  }
}

export const sealing = {
  of: ['W1'],
  run: async (context, { big }) => {
    const { path, size } = await big()
    const worker = await startWorker('sealing', context)
    try {
      return [of('sealing alone')('W1', 'add', { ...await measured(worker, [], () => worker.call('seal', { path })), bytes: size })]
    } finally {
      await stopAll(context, [worker])
    }
  }
}

async function withBare (context, readers, task) {
  const workers = []
  try {
    for (let i = 0; i <= readers; i++) workers.push(await startWorker('bare', context))
    const addresses = await workers[0].call('listen', { smallBytes: SMALL_BYTES })
    return await task(workers, addresses)
  } finally {
    await stopAll(context, workers)
  }
}

/** The same bytes over a bare stream of the same transport, encrypter and muxer; nothing is read, hashed or written. */
export const bare = {
  of: ['W2', 'W3', 'W3x10', 'W5'],
  run: async (context, data) => {
    const one = await withBare(context, 1, async ([a, b], addresses) => {
      await b.call('connect', { addresses })
      const samples = []
      if (context.wants('W2')) {
        const { size } = await data.big()
        samples.push(of('bare stream')('W2', 'fetch', { ...await measured(b, [a], () => b.call('fetch', { addresses, size })), bytes: size }))
      }
      samples.push(...await smallSets(context, data, async (workload, { names }) => {
        const result = await measured(b, [a], () => b.call('ask', { addresses, files: names.length, atOnce: AT_ONCE, smallBytes: SMALL_BYTES }))
        return [of('bare stream')(workload, 'fetch', { ...result, ops: names.length })]
      }))
      return samples
    })
    return context.wants('W5') ? [...one, await bareToTwo(context, data)] : one
  }
}

/** Two readers at once: the time of the slower. */
async function bareToTwo (context, { big }) {
  return withBare(context, READERS, async ([a, ...readers], addresses) => {
    const { size } = await big()
    for (const reader of readers) await reader.call('connect', { addresses })
    const result = await measured(a, readers, async () => Math.max(...await Promise.all(readers.map((reader) => reader.call('fetch', { addresses, size })))))
    return of('bare stream to two')('W5', 'add', { ...result, bytes: size })
  })
}

export const bareOverDelay = {
  of: ['W2d'],
  run: async (context, { big }) => delayed(context, async (roundTripMs, measure) => withBare(context, 1, async ([a, b], addresses) => {
    const proxy = await startWorker('proxy', { ...context, flags: false })
    try {
      const { size } = await big()
      const direct = Number(addresses[0].split('/')[4])
      const port = await proxy.call('listen', { port: direct, roundTripMs })
      const detour = addresses.map((address) => address.replace(`/tcp/${direct}/`, `/tcp/${port}/`))
      await b.call('connect', { addresses: detour })
      return of('bare stream')('W2d', measure, { ...await measured(b, [a], () => b.call('fetch', { addresses: detour, size })), bytes: size })
    } finally {
      await proxy.stop()
    }
  }))
}
