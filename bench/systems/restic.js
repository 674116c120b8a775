/** restic: an encrypted repository in a local folder. It has no peers: adding is a backup into it, fetching a restore out of it. */
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { sameFolders, sha256 } from '../lib/data.js'
import { measureProgram, missingProgram } from '../lib/programs.js'
import { settle } from '../lib/worker.js'
import { of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const restic = process.env.RESTIC ?? 'restic'
const sample = of('restic')

async function repository (context) {
  const path = join(context.dir, 'restic')
  await rm(path, { recursive: true, force: true })
  const env = { RESTIC_REPOSITORY: path, RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: join(context.dir, 'restic-cache') }
  const run = async (args, options = {}) => {
    const { signal } = context
    return measureProgram(restic, ['--no-cache', '-q', ...args], { signal, env, ...options })
  }
  await run(['init'])
  return run
}

/** A folder is backed up into a repository of its own and restored; compared afterwards. */
async function folderThere (context, { folder, names }, target) {
  const run = await repository(context)
  await settle()
  const added = await run(['backup', '.'], { cwd: folder })
  await settle()
  const restored = await run(['restore', 'latest', '--target', target])
  await sameFolders(folder, target, names)
  await rm(target, { recursive: true })
  return [added, restored].map((result) => ({ ...result, ops: names.length }))
}

async function large (context, { big }) {
  const { path, size, sha256: hash } = await big()
  const run = await repository(context)
  await settle()
  const added = await run(['backup', basename(path)], { cwd: dirname(path) })
  const samples = [sample('W1', 'add', { ...added, bytes: size })]
  if (context.wants('W2')) {
    const target = join(context.dir, 'restored')
    await settle()
    samples.push(sample('W2', 'fetch', { ...await run(['restore', 'latest', '--target', target]), bytes: size }))
    if (await sha256(join(target, basename(path))) !== hash) throw new Error('the copy is different')
  }
  if (context.wants('W4')) samples.push(sample('W4', 'first byte', await run(['dump', 'latest', `/${basename(path)}`], { firstByte: true })))
  return samples.filter(({ workload }) => context.wants(workload))
}

export const resticSystem = {
  of: ['W1', 'W2', 'W3', 'W3x10', 'W4', 'tree'],
  missing: () => missingProgram(restic),
  run: async (context, data) => {
    const target = join(context.dir, 'restored')
    try {
      const samples = ['W1', 'W2', 'W4'].some(context.wants) ? await large(context, data) : []
      samples.push(...await smallSets(context, data, async (workload, set) => {
        const [add, fetch] = await folderThere(context, set, target)
        return [sample(workload, 'add', add), sample(workload, 'fetch', fetch)]
      }))
      if (!context.wants('tree')) return samples
      const [put, get] = await folderThere(context, await data.tree(), target)
      return [...samples, sample('tree', 'put', put), sample('tree', 'get', get)]
    } finally {
      await stopAll(context, [])
    }
  }
}
