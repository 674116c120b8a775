/** Both ends of a process that is measured: the parent calls its operations by name, one message each way. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cpuSecondsOf, peakMibOf } from './programs.js'

/** What `dfs start` runs with; both are needed, at process start (docs/decisions.md). */
export const V8_FLAGS = ['--external-memory-accounted-in-global-limit', '--initial-heap-size=96', '--max-semi-space-size=8']

const KILL_AFTER_MS = 20_000

/** Starts workers/NAME.js. `call` waits for one operation; an error of the worker is thrown here. */
export async function startWorker (name, { flags, signal }) {
  const child = fork(fileURLToPath(new URL(`../workers/${name}.js`, import.meta.url)), [], {
    execArgv: flags ? V8_FLAGS : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  let id = 0
  const calls = new Map()
  child.on('message', (message) => {
    const { resolve, reject } = calls.get(message.id) ?? {}
    if (!calls.delete(message.id)) return // given up
    if (message.error === undefined) resolve(message.result)
    else reject(new Error(`${name}: ${message.error}`))
  })
  const failAll = (error) => {
    for (const { reject } of calls.values()) reject(error)
    calls.clear()
  }
  child.on('exit', (code, how) => { failAll(new Error(`${name} ended by itself (${how ?? code})`)) })
  const giveUp = () => { failAll(signal.reason) }
  signal?.addEventListener('abort', giveUp)
  return {
    call: async (operation, options = {}) => new Promise((resolve, reject) => {
      calls.set(++id, { resolve, reject })
      child.send({ id, operation, options })
    }),
    /** Peak resident memory since the start or the last `resetPeak`, MiB. */
    peakMib: () => peakMibOf(child.pid),
    /** CPU seconds since the start. */
    cpuS: () => cpuSecondsOf(child.pid),
    resetPeak: () => { writeFileSync(`/proc/${child.pid}/clear_refs`, '5') },
    /** As when the machine goes off. */
    kill: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      signal?.removeEventListener('abort', giveUp)
      const ended = once(child, 'exit')
      child.disconnect()
      const late = setTimeout(() => { child.kill('SIGKILL') }, KILL_AFTER_MS)
      await ended
      clearTimeout(late)
    }
  }
}

/** Runs `task` on a worker: its seconds, as the worker says, and its CPU and memory beside those of the one that serves. */
export async function measured (worker, serving, task) {
  const workers = [worker, ...serving]
  const before = workers.map((one) => one.cpuS())
  for (const one of workers) one.resetPeak()
  const seconds = await task()
  const cpu = workers.map((one, i) => one.cpuS() - before[i])
  return {
    seconds, cpuS: cpu[0], rssMib: worker.peakMib(),
    ...(serving.length === 0 ? {} : { servingCpuS: Math.max(...cpu.slice(1)), servingMib: Math.max(...serving.map((one) => one.peakMib())) })
  }
}

/** The worker's side: runs until the parent lets go. */
export function serve (operations, stop) {
  process.on('message', async ({ id, operation, options }) => {
    try {
      process.send({ id, result: await operations[operation](options) })
    } catch (err) {
      process.send({ id, error: err.stack ?? String(err) })
    }
  })
  process.on('disconnect', async () => {
    await stop()
    process.exit()
  })
}

/** Runs `task` and gives its seconds beside its result. */
export async function timed (task) {
  const started = performance.now()
  const result = await task()
  return { seconds: (performance.now() - started) / 1000, result }
}

export async function eachAtOnce (items, limit, task) {
  let next = 0
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, async () => {
    while (next < items.length) {
      const index = next++
      await task(items[index], index)
    }
  }))
}

/** Runs a program to its end; seconds. */
export async function runProgram (command, args) {
  const { seconds } = await timed(async () => {
    const [code] = await once(spawn(command, args, { stdio: 'ignore' }), 'close')
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  })
  return seconds
}

/** So that no run pays for what another left in the page cache. */
export async function settle () {
  await runProgram('sync', [])
}
