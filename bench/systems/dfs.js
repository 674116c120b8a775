/** dfs itself: two or three nodes by the public API. */
import { open, mkdir } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SMALL_BYTES, sameFolders, sha256 } from '../lib/data.js'
import { AT_ONCE, BYTES_PER_RANGE, delayed, of, smallSets } from '../lib/workloads.js'
import { measured, settle, startWorker } from '../lib/worker.js'
import { NAME, startNodes, stopAll } from './nodes.js'

const dfs = of('dfs')

const put = (node, { path, size }, durable = 1) => node.call('put', { name: NAME, path, size, durable })

async function fetchTo (context, [a, b], big) {
  const copy = join(context.dir, 'copy.bin')
  const result = await measured(b, [a], () => b.call('get', { name: NAME, path: copy }))
  if (await sha256(copy) !== big.sha256) throw new Error('the copy is different')
  return { ...result, bytes: big.size }
}

/** Adds `big` and, where it is wanted, has another process fetch it. */
async function addAndFetch (context, big, names) {
  const nodes = await startNodes(context, names.fetch === undefined ? 1 : 2, { readers: true })
  try {
    const samples = []
    const added = await measured(nodes[0], [], () => put(nodes[0], big))
    if (names.add !== undefined) samples.push(dfs(...names.add, { ...added, bytes: big.size }))
    if (names.fetch === undefined) return samples
    await settle()
    samples.push(dfs(...names.fetch, await fetchTo(context, nodes, big)))
    return samples
  } finally {
    await stopAll(context, nodes)
  }
}

export const transfer = {
  of: ['W1', 'W2'],
  run: async (context, { big }) => addAndFetch(context, await big(), {
    ...(context.wants('W1') ? { add: ['W1', 'add'] } : {}), ...(context.wants('W2') ? { fetch: ['W2', 'fetch'] } : {})
  })
}

export const memory = {
  of: ['memory'],
  run: async (context, { huge }) => addAndFetch(context, await huge(), { add: ['memory', 'add'], fetch: ['memory', 'fetch'] })
}

/** Through a proxy, with no delay and with some. */
export const overDelay = {
  of: ['W2d'],
  run: async (context, { big }) => delayed(context, async (roundTripMs, measure) => {
    const file = await big()
    const proxy = await startWorker('proxy', { ...context, flags: false })
    let nodes = []
    try {
      nodes = await startNodes(context, 2, { readers: true, detour: (port) => proxy.call('listen', { port, roundTripMs }) })
      await put(nodes[0], file)
      await settle()
      const before = await proxy.call('count')
      const sample = dfs('W2d', measure, await fetchTo(context, nodes, file))
      const { back } = await proxy.call('count')
      if (back - before.back < file.size) throw new Error('the file came by another way than the proxy')
      return sample
    } finally {
      await stopAll(context, [...nodes, proxy])
    }
  })
}

export const small = {
  of: ['W3', 'W3x10'],
  run: async (context, data) => smallSets(context, data, async (workload, { folder, names }) => {
    const nodes = await startNodes(context, 2, { readers: true })
    const [a, b] = nodes
    try {
      const add = await measured(a, [], () => a.call('putAll', { folder, names, atOnce: AT_ONCE, size: SMALL_BYTES }))
      const copies = join(context.dir, 'copies')
      await mkdir(copies)
      const fetch = await measured(b, [a], () => b.call('getAll', { folder: copies, names, atOnce: AT_ONCE }))
      await sameFolders(folder, copies, names)
      return [dfs(workload, 'add', { ...add, ops: names.length }), dfs(workload, 'fetch', { ...fetch, ops: names.length })]
    } finally {
      await stopAll(context, nodes)
    }
  })
}

export const first = {
  of: ['W4'],
  run: async (context, { big }) => {
    const file = await big()
    const [a, b] = await startNodes(context, 2, { readers: true })
    try {
      await put(a, file)
      const { firstMs, rangeMs } = await b.call('firstByte', { name: NAME, offset: Math.floor(file.size / 2), length: Math.min(BYTES_PER_RANGE, Math.floor(file.size / 2)) })
      const memory = { rssMib: b.peakMib(), servingMib: a.peakMib() }
      return [dfs('W4', 'first byte', { ms: firstMs, ...memory }), dfs('W4', 'range', { ms: rangeMs, ...memory })]
    } finally {
      await stopAll(context, [a, b])
    }
  }
}

export const replicate = {
  of: ['W5'],
  run: async (context, { big }) => {
    const file = await big()
    const nodes = await startNodes(context, 3)
    try {
      return [dfs('W5', 'add', { ...await measured(nodes[0], nodes.slice(1), () => put(nodes[0], file, 3)), bytes: file.size })]
    } finally {
      await stopAll(context, nodes)
    }
  }
}

const CHANGED_BYTES = 1024 ** 2

/** Other bytes in the middle, at no block's beginning. */
async function change ({ path, size }) {
  const file = await open(path, 'r+')
  await file.write(randomBytes(Math.min(CHANGED_BYTES, Math.floor(size / 4))), 0, undefined, Math.floor(size / 2) + 12_345)
  await file.close()
}

/** A part of a file that both have is changed, and it is put again, until both have it on disk; the proxy counts what is sent. */
export const version = {
  of: ['W6'],
  run: async (context, { copyOfBig }) => {
    const proxy = await startWorker('proxy', { ...context, flags: false })
    let nodes = []
    try {
      nodes = await startNodes(context, 2, { detour: (port) => proxy.call('listen', { port, roundTripMs: 0 }) })
      const file = await copyOfBig(context.dir)
      await put(nodes[0], file, 2)
      await change(file)
      await settle()
      const before = await proxy.call('count')
      const result = await measured(nodes[0], nodes.slice(1), () => put(nodes[0], file, 2))
      const after = await proxy.call('count')
      return [dfs('W6', 'put again', { ...result, bytes: file.size, sentBytes: after.back - before.back })]
    } finally {
      await stopAll(context, [...nodes, proxy])
    }
  }
}
