/** Both ends of a process that is measured: the parent calls its operations by name, one message each way. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What `dfs start` runs with; both are needed, at process start (docs/decisions.md). */
export const V8_FLAGS = ['--external-memory-accounted-in-global-limit', '--initial-heap-size=96', '--max-semi-space-size=8']

/** Starts workers/NAME.js. `call` waits for one operation; an error of the worker is thrown here. */
export async function startWorker (name, { flags }) {
  const child = fork(fileURLToPath(new URL(`../workers/${name}.js`, import.meta.url)), [], {
    execArgv: flags ? V8_FLAGS : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  let id = 0
  const calls = new Map()
  child.on('message', (message) => {
    const { resolve, reject } = calls.get(message.id)
    calls.delete(message.id)
    if (message.error === undefined) resolve(message.result)
    else reject(new Error(`${name}: ${message.error}`))
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of calls.values()) reject(new Error(`${name} ended by itself (${signal ?? code})`))
  })
  return {
    call: async (operation, options = {}) => new Promise((resolve, reject) => {
      calls.set(++id, { resolve, reject })
      child.send({ id, operation, options })
    }),
    /** Peak resident memory since the start or the last `resetPeak`, MiB. */
    peakMib: () => {
      const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))
      return Math.round(Number(match[1]) / 1024)
    },
    resetPeak: () => { writeFileSync(`/proc/${child.pid}/clear_refs`, '5') },
    /** As when the machine goes off. */
    kill: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }
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
