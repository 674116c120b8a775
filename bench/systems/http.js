/** curl from a plain HTTP server in Node: no crypto, no hash. */
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { sameFolders, sha256 } from '../lib/data.js'
import { measureProgram, missingProgram } from '../lib/programs.js'
import { measured, settle, startWorker } from '../lib/worker.js'
import { AT_ONCE, BYTES_PER_RANGE, of, smallSets } from '../lib/workloads.js'
import { stopAll } from './nodes.js'

const sample = of('http')
const ALONE = ['--noproxy', '*', '-sSf']

/** The program's own CPU and memory, beside those of the server. */
async function fetchBy (server, context, args) {
  let result
  await settle()
  const { cpuS, rssMib } = await measured(server, [], async () => { result = await measureProgram('curl', [...ALONE, ...args], { signal: context.signal }) })
  return { ...result, servingCpuS: cpuS, servingMib: rssMib }
}

/** Milliseconds to the first byte and to the last one, without the start of curl itself. */
async function answered (context, args) {
  const { output } = await measureProgram('curl', [...ALONE, '-o', '/dev/null', '-w', '%{time_starttransfer} %{time_total}', ...args], { signal: context.signal, read: true })
  const [firstMs, ms] = output.split(' ').map((seconds) => 1000 * Number(seconds))
  return { firstMs, ms }
}

export const http = {
  of: ['W2', 'W3', 'W4'],
  missing: () => missingProgram('curl'),
  run: async (context, data) => {
    const server = await startWorker('http', context)
    const samples = []
    try {
      const { path, size, sha256: hash } = await data.big()
      const root = dirname(path)
      const base = `http://127.0.0.1:${await server.call('listen', { folder: root })}`
      const url = `${base}/${basename(path)}`
      if (context.wants('W2')) {
        const copy = join(context.dir, 'copy.bin')
        samples.push(sample('W2', 'fetch', { ...await fetchBy(server, context, ['-o', copy, url]), bytes: size }))
        if (await sha256(copy) !== hash) throw new Error('the copy is different')
      }
      if (context.wants('W4')) {
        const offset = Math.floor(size / 2)
        samples.push(sample('W4', 'first byte', { ms: (await answered(context, [url])).firstMs }))
        samples.push(sample('W4', 'range', { ms: (await answered(context, ['-r', `${offset}-${offset + Math.min(BYTES_PER_RANGE, offset) - 1}`, url])).ms }))
      }
      if (context.wants('W3')) {
        samples.push(...await smallSets({ wants: (name) => name === 'W3' }, data, async (workload, { folder, names }) => {
          const copies = join(context.dir, 'copies')
          await mkdir(copies)
          const at = `${base}/${basename(folder)}`
          const result = await fetchBy(server, context, ['-Z', '--parallel-max', String(AT_ONCE), ...names.flatMap((name) => ['-o', join(copies, name), `${at}/${name}`])])
          await sameFolders(folder, copies, names)
          return [sample(workload, 'fetch', { ...result, ops: names.length })]
        }))
      }
      return samples
    } finally {
      await stopAll(context, [server])
    }
  }
}
