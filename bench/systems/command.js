/** The command line: a tree of files, and how long a command takes from its start to its end. */
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SMALL_BYTES, sameFolders } from '../lib/data.js'
import { measureProgram, startProgram } from '../lib/programs.js'
import { eachAtOnce, runProgram, settle, startWorker } from '../lib/worker.js'
import { AT_ONCE, of } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const BIN = fileURLToPath(new URL('../../dist/bin/dfs.js', import.meta.url))
const dfs = of('dfs')

const words = (dir, args) => [BIN, '--dir', dir, ...args]
const run = async (context, dir, args, options) => measureProgram(process.execPath, words(dir, args), { signal: context.signal, ...options })

async function startNode (context, dir) {
  const node = startProgram(process.execPath, words(dir, ['--json', 'start']), { signal: context.signal })
  await node.said(/"event":"ready"/)
  return node
}

/** `count` machines of one vault, by the commands that a person types. */
async function startVault (context, count) {
  const dirs = Array.from({ length: count }, (_, i) => join(context.dir, `machine${i}`))
  const nodes = []
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
  try {
    await run(context, dirs[0], ['init', '--label', 'machine0', ...listen])
    for (const [i, dir] of dirs.entries()) {
      if (i > 0) {
        const invite = join(context.dir, `invite${i}`)
        await run(context, dirs[0], ['invite', '--role', 'write', '-o', invite])
        await run(context, dir, ['join', `@${invite}`, '--label', `machine${i}`, ...listen])
      }
      nodes.push(await startNode(context, dir))
    }
    return { dirs, nodes }
  } catch (err) {
    await Promise.all(nodes.map((node) => node.stop()))
    throw err
  }
}

/** A command's seconds, the CPU of it and of the nodes together, and the memory of the largest node. */
async function byCommand (context, { dirs, nodes }, args, files) {
  await settle()
  const before = nodes.map((node) => node.cpuS())
  const result = await run(context, dirs[0], args)
  const nodeCpuS = nodes.reduce((sum, node, i) => sum + node.cpuS() - before[i], 0)
  return { ...result, ops: files, servingCpuS: nodeCpuS, servingMib: Math.max(...nodes.map((node) => node.peakMib())) }
}

/** What a machine does with a tree: put, durable on so many, and got back from the first of them. */
async function withTree (context, { folder, names }, count, task) {
  const vault = await startVault(context, count)
  try {
    const put = await byCommand(context, vault, ['put', '-r', `${folder}/.`, 'tree', '--durable', String(count)], names.length)
    return [dfs('tree', count === 1 ? 'put' : `put, durable on ${count}`, put), ...await task(vault)]
  } finally {
    await Promise.all(vault.nodes.map((node) => node.stop()))
    await stopAll(context, [])
  }
}

export const dfsTree = {
  of: ['tree'],
  run: async (context, data) => {
    const tree = await data.tree()
    const one = await withTree(context, tree, 1, async (vault) => {
      const target = join(context.dir, 'tree')
      const got = await byCommand(context, vault, ['get', '-r', 'tree', '-o', target], tree.names.length)
      await sameFolders(tree.folder, target, tree.names)
      return [dfs('tree', 'get', got)]
    })
    return [...one, ...await withTree(context, tree, 2, async () => [])]
  }
}

export const cpTree = {
  of: ['tree'],
  run: async (context, data) => {
    const { folder, names } = await data.tree()
    const target = join(context.dir, 'tree')
    const result = await measureProgram('cp', ['-r', '--reflink=never', folder, target], context)
    await sameFolders(folder, target, names)
    await stopAll(context, [])
    return ['put', 'get'].map((measure) => of('cp')('tree', measure, { ...result, ops: names.length }))
  }
}

/** How often each is started in one run, in turn. */
const STARTS = 5

const milliseconds = async (args) => 1000 * await runProgram(process.execPath, args)

/** A vault with 1,000 names that no node runs for. */
async function listedVault (context, dir) {
  const node = await startWorker('dfs', context)
  const { folder, names } = await context.listed()
  await node.call('open', { dir, label: 'starts' })
  await node.call('putAll', { folder, names, atOnce: AT_ONCE, size: SMALL_BYTES })
  await node.stop()
  return { folder, names }
}

/** Each command's own start, many times in turn; the first round only warms the disk's cache. */
async function inTurn (commands) {
  const times = new Map(commands.map(({ system }) => [system, []]))
  for (let i = 0; i <= STARTS; i++) {
    for (const { system, args } of commands) {
      const ms = await milliseconds(args(i))
      if (i > 0) times.get(system).push(ms)
    }
  }
  return [...times].flatMap(([system, all]) => all.map((ms) => ({ workload: 'start', measure: 'start to end', system, ms })))
}

export const starts = {
  of: ['start'],
  run: async (context) => {
    const dir = join(context.dir, 'starts')
    const { folder, names } = await listedVault(context, dir)
    const copies = join(context.dir, 'for-put')
    await mkdir(copies)
    await eachAtOnce(names.slice(0, STARTS + 1), AT_ONCE, async (name) => cp(join(folder, name), join(copies, name)))
    const cold = await inTurn([
      { system: 'node -e 0', args: () => ['-e', '0'] },
      { system: 'dfs --version', args: () => [BIN, '--version'] },
      { system: 'dfs ls, no node', args: () => words(dir, ['ls']) },
      { system: 'dfs put, no node', args: (i) => words(dir, ['put', join(copies, names[i]), `new-${i}`]) }
    ])
    const node = await startNode(context, dir)
    try {
      return [...cold, ...await inTurn([
        { system: 'dfs ls, node running', args: () => words(dir, ['ls']) },
        { system: 'dfs put, node running', args: (i) => words(dir, ['put', join(copies, names[i]), `warm-${i}`]) }
      ])]
    } finally {
      await node.stop()
      await stopAll(context, [])
    }
  }
}
