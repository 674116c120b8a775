/** Programs that are measured: one that ends, and one that stays until it is stopped by its process id. */
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const POLL_MS = 20
/** Of what a program prints, this much is kept for an error's text. */
const LOG_CHARACTERS = 100_000
const KILL_AFTER_MS = 10_000
/** sysconf(_SC_CLK_TCK), which Linux fixes for what it shows in /proc. */
const TICKS_PER_S = 100
/** bash adds up the CPU seconds of a program and of all that it started, exactly. */
const TIMED = 'TIMEFORMAT="%U %S"; { time "$@" 2>&4; } 4>&2 2>&3'

/** Where a program is, or undefined. */
export function which (command) {
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** Why the first program that is not here keeps its system from being measured. */
export function missingProgram (...commands) {
  const absent = commands.find((command) => which(command) === undefined)
  return absent === undefined ? undefined : `${absent} is not installed`
}

/** Peak resident memory of a process in MiB; undefined once it has ended. */
export function peakMibOf (pid) {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match === null ? undefined : Math.round(Number(match[1]) / 1024) // one that has ended and was not waited for yet has none
  } catch (err) {
    if (err.code === 'ENOENT' || err.code === 'ESRCH') return undefined
    throw err
  }
}

/** CPU seconds, user and system, of a process that runs. */
export function cpuSecondsOf (pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

function childrenOf (pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((word) => word !== '')
  } catch (err) {
    if (err.code === 'ENOENT' || err.code === 'ESRCH') return []
    throw err
  }
}

/**
 * Runs a program to its end: seconds, CPU seconds, peak memory, and, with `read`, what it printed. Throws when it ends
 * with another code than 0. `firstByte`: ends it at the first bytes that it prints, of which only the time is given.
 */
export async function measureProgram (command, args, { cwd, env, signal, read = false, firstByte = false } = {}) {
  const started = performance.now()
  const child = spawn('bash', ['-c', TIMED, 'bash', command, ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const errors = keep(child.stderr)
  const times = keep(child.stdio[3])
  const output = read ? keep(child.stdout) : undefined
  let rssMib = 0
  let enough = false
  const look = setInterval(() => {
    for (const pid of childrenOf(child.pid)) rssMib = Math.max(rssMib, peakMibOf(pid) ?? 0)
    if (enough) kill() // bash may not have started it before
  }, POLL_MS)
  const kill = () => {
    enough = true
    for (const pid of childrenOf(child.pid)) killIfThere(Number(pid))
  }
  signal?.addEventListener('abort', kill)
  let firstMs
  child.stdout.on('data', () => {
    if (!firstByte || firstMs !== undefined) return
    firstMs = performance.now() - started
    kill()
  })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - started) / 1000
  clearInterval(look)
  signal?.removeEventListener('abort', kill)
  signal?.throwIfAborted()
  if (firstByte && firstMs !== undefined) return { ms: firstMs, rssMib }
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors().slice(-500)}`)
  return { seconds, cpuS: times().trim().split(/\s+/).reduce((sum, word) => sum + Number(word), 0), rssMib, ...(read ? { output: output() } : {}) }
}

function killIfThere (pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (err) {
    if (err.code !== 'ESRCH') throw err
  }
}

function keep (stream) {
  let text = ''
  stream.setEncoding('utf8').on('data', (piece) => { text = (text + piece).slice(-LOG_CHARACTERS) })
  return () => text
}

/** Starts a program that stays. `said` waits for a text in what it prints; `stop` ends it and waits until it is gone. */
export function startProgram (command, args, { cwd, env, signal } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
    child.once('error', resolve)
  })
  let log = ''
  const look = new Set()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece) => {
      log = (log + piece).slice(-LOG_CHARACTERS)
      for (const check of look) check()
    })
  }
  return {
    pid: child.pid,
    log: () => log,
    peakMib: () => peakMibOf(child.pid),
    cpuS: () => cpuSecondsOf(child.pid),
    said: async (pattern) => new Promise((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(log)
        if (match === null) return
        look.delete(check)
        resolve(match)
      }
      look.add(check)
      void ended.then(() => { reject(new Error(`${command} ended: ${log.slice(-500)}`)) })
      signal?.addEventListener('abort', () => { reject(signal.reason) })
      check()
    }),
    stop: async (how = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(how)
      const late = setTimeout(() => { child.kill('SIGKILL') }, KILL_AFTER_MS)
      await ended
      clearTimeout(late)
    }
  }
}

/** Asks until the answer is not undefined or false; another program has no other way to say that it is done. */
export async function until (ask, { signal, everyMs = POLL_MS }) {
  for (;;) {
    signal?.throwIfAborted()
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise((resolve) => { setTimeout(resolve, everyMs) })
  }
}

/** A port of 127.0.0.1 that nothing listens on now. */
export async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
