/** What is timed, for each system. Every function gives samples: { system, measure, seconds, bytes | ops, ... }. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sameFolders, sha256, SMALL_BYTES } from './data.js'
import { runProgram, settle, startWorker } from './worker.js'

const AT_ONCE = 16
const NAME = 'big.bin'
const RANGE_BYTES = 1024 ** 2

/**
 * Starts `count` dfs nodes in one vault, below `dir`, all connected to the first. Those that only read lend no space:
 * they would bring themselves every version while it is being timed.
 */
async function startNodes (context, count, { readers = false } = {}) {
  const nodes = []
  for (let i = 0; i < count; i++) {
    const node = await startWorker('dfs', context)
    nodes.push(node)
    const invite = i === 0 ? undefined : await nodes[0].call('invite')
    await node.call('open', { dir: join(context.dir, `node${i}`), label: `node${i}`, invite, ...(readers && i > 0 ? { capacity: 0 } : {}) })
  }
  if (count > 1) await Promise.all([nodes[0].call('connected', { count: count - 1 }), ...nodes.slice(1).map((node) => node.call('connected', { count: 1 }))])
  return nodes
}

async function stopAll (context, workers) {
  await Promise.all(workers.map((worker) => worker.stop()))
  await rm(context.dir, { recursive: true, force: true })
  await settle()
}

/** W1 and W2 of one pair of nodes. */
export async function transfer (context, { big }) {
  const [a, b] = await startNodes(context, context.wants('W2') ? 2 : 1, { readers: true })
  try {
    const samples = []
    a.resetPeak()
    const add = await a.call('put', { name: NAME, path: big.path, size: big.size, durable: 1 })
    samples.push({ workload: 'W1', measure: 'add', system: 'dfs', seconds: add, bytes: big.size, rssMib: a.peakMib() })
    if (b === undefined) return samples.filter(({ workload }) => context.wants(workload))
    await settle()
    a.resetPeak()
    b.resetPeak()
    const copy = join(context.dir, 'copy.bin')
    const fetch = await b.call('get', { name: NAME, path: copy })
    samples.push({ workload: 'W2', measure: 'fetch', system: 'dfs', seconds: fetch, bytes: big.size, rssMib: b.peakMib(), servingMib: a.peakMib() })
    if (await sha256(copy) !== big.sha256) throw new Error('W2: the copy is different')
    return samples.filter(({ workload }) => context.wants(workload))
  } finally {
    await stopAll(context, [a, b].filter((node) => node !== undefined))
  }
}

export async function small (context, { small: { folder, names } }) {
  const [a, b] = await startNodes(context, 2, { readers: true })
  try {
    a.resetPeak()
    const add = await a.call('putAll', { folder, names, atOnce: AT_ONCE, size: SMALL_BYTES })
    const samples = [{ workload: 'W3', measure: 'add', system: 'dfs', seconds: add, ops: names.length, rssMib: a.peakMib() }]
    const copies = join(context.dir, 'copies')
    await mkdir(copies)
    a.resetPeak()
    b.resetPeak()
    const fetch = await b.call('getAll', { folder: copies, names, atOnce: AT_ONCE })
    samples.push({ workload: 'W3', measure: 'fetch', system: 'dfs', seconds: fetch, ops: names.length, rssMib: b.peakMib(), servingMib: a.peakMib() })
    await sameFolders(folder, copies, names)
    return samples
  } finally {
    await stopAll(context, [a, b])
  }
}

export async function first (context, { big }) {
  const [a, b] = await startNodes(context, 2, { readers: true })
  try {
    await a.call('put', { name: NAME, path: big.path, size: big.size, durable: 1 })
    const { firstMs, rangeMs } = await b.call('firstByte', { name: NAME, offset: Math.floor(big.size / 2), length: Math.min(RANGE_BYTES, Math.floor(big.size / 2)) })
    return [
      { workload: 'W4', measure: 'first byte', system: 'dfs', ms: firstMs, rssMib: b.peakMib(), servingMib: a.peakMib() },
      { workload: 'W4', measure: 'range', system: 'dfs', ms: rangeMs, rssMib: b.peakMib(), servingMib: a.peakMib() }
    ]
  } finally {
    await stopAll(context, [a, b])
  }
}

export async function replicate (context, { big }) {
  const nodes = await startNodes(context, 3)
  const [a, ...others] = nodes
  try {
    for (const node of nodes) node.resetPeak()
    const seconds = await a.call('put', { name: NAME, path: big.path, size: big.size, durable: 3 })
    return [{ workload: 'W5', measure: 'add', system: 'dfs', seconds, bytes: big.size, rssMib: a.peakMib(), servingMib: Math.max(...others.map((node) => node.peakMib())) }]
  } finally {
    await stopAll(context, nodes)
  }
}

/** The same bytes over a bare stream of the same transport, encrypter and muxer; nothing is read, hashed or written. */
export async function bareStream (context, { big, small: smallSet }) {
  const [a, b] = [await startWorker('bare', context), await startWorker('bare', context)]
  try {
    const addresses = await a.call('listen', { smallBytes: SMALL_BYTES })
    await b.call('connect', { addresses })
    const samples = []
    if (context.wants('W2')) {
      const seconds = await b.call('fetch', { addresses, size: big.size })
      samples.push({ workload: 'W2', measure: 'fetch', system: 'bare stream', seconds, bytes: big.size, rssMib: b.peakMib(), servingMib: a.peakMib() })
    }
    if (context.wants('W3')) {
      const files = smallSet.names.length
      const seconds = await b.call('ask', { addresses, files, atOnce: AT_ONCE, smallBytes: SMALL_BYTES })
      samples.push({ workload: 'W3', measure: 'fetch', system: 'bare stream', seconds, ops: files, rssMib: b.peakMib(), servingMib: a.peakMib() })
    }
    return samples
  } finally {
    await stopAll(context, [a, b])
  }
}

/** What the disk takes in the same minute. */
export async function dd (context, { big }) {
  const copy = join(context.dir, 'dd.bin')
  try {
    const seconds = await runProgram('dd', [`if=${big.path}`, `of=${copy}`, 'bs=1M', 'conv=fdatasync'])
    const sample = { measure: 'add', system: 'dd fdatasync', seconds, bytes: big.size }
    return ['W1', 'W5'].filter(context.wants).map((workload) => ({ workload, ...sample }))
  } finally {
    await stopAll(context, [])
  }
}
