/**
 * A process that opens a vault runs with these flags: without the first two, garbage collection takes a fifth of the
 * time of a transfer; the third keeps what the young generation holds on to small (docs/decisions.md); with the fourth
 * nobody can make it dump its heap, and the keys with it.
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

/** Replaces this process by the same command with the flags; resolves only when it has them. Nothing may have read stdin before. */
export async function relaunch (): Promise<void> {
  // the flags are their own mark that this has happened
  if (process.execArgv.includes(NODE_FLAGS[0])) return
  const args = [...process.execArgv, ...NODE_FLAGS, ...process.argv.slice(1)]
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.argv0, ...args], process.env)
  }
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  // a terminal sends Ctrl-C to both; the child decides what it means
  for (const signal of FORWARDED) process.on(signal, () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) })
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => { resolve(code ?? 1) })
  })
  process.exit(code)
}
