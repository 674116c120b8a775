/**
 * A process that opens a vault runs with these flags. Without the first two, garbage collection
 * takes a fifth of the time of a transfer. The third bounds what the young generation holds
 * (docs/decisions.md). With the fourth, nobody can make the process dump its heap, which has the
 * keys.
 */
import { spawn } from 'node:child_process'

export const NODE_FLAGS = [
  '--external-memory-accounted-in-global-limit',
  '--initial-heap-size=96',
  '--max-semi-space-size=8',
  '--disable-sigusr1',
  '--disable-warning=ExperimentalWarning'
] as const

const FORWARDED: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/**
 * Does what the last two flags do, in this process: a command that moves no files has no use for the
 * others, and a second start would be a third of its time.
 */
export function actLikeRelaunched (): void {
  // a listener takes the place of Node's own, which would open the debugger
  process.on('SIGUSR1', () => {})
  const [print] = process.listeners('warning')
  if (print === undefined) return
  process.off('warning', print)
  process.on('warning', (warning) => { if (warning.name !== 'ExperimentalWarning') print(warning) })
}

/**
 * Replaces this process by the same command with the flags; resolves only in a process that has
 * them. stdin must not have been read before.
 */
export async function relaunch (): Promise<void> {
  // the presence of the flags shows that the relaunch has happened
  if (process.execArgv.includes(NODE_FLAGS[0])) return
  const args = [...process.execArgv, ...NODE_FLAGS, ...process.argv.slice(1)]
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.argv0, ...args], process.env)
  }
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  // a terminal sends Ctrl-C to both processes; the child decides its meaning
  for (const signal of FORWARDED) process.on(signal, () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) })
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => { resolve(code ?? 1) })
  })
  process.exit(code)
}
