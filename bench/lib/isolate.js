/** A network of its own that has only this machine's own address: nothing that is measured can speak to anybody outside. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

const MARK = 'DFS_BENCH_ISOLATED'
const UP = 'ip link set lo up && exec "$@"'

const unshare = () => process.getuid() === 0 ? ['unshare', '-n'] : ['unshare', '-rn']

export const isIsolated = () => process.env[MARK] === '1'

/** Runs this same command in such a network and ends with its code; returns where the system does not let this user make one. */
export async function isolate () {
  if (isIsolated()) return
  const [command, ...flags] = unshare()
  const inside = (...words) => [...flags, 'sh', '-c', UP, 'sh', ...words]
  if (spawnSync(command, inside('true'), { stdio: 'ignore' }).status !== 0) return
  const child = spawn(command, inside(process.execPath, ...process.execArgv, ...process.argv.slice(1)), { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } })
  process.on('SIGINT', () => {}) // a terminal sends Ctrl-C to both, and the one inside decides what it means
  process.on('SIGTERM', () => { child.kill() })
  const [code] = await once(child, 'exit')
  process.exit(code ?? 1)
}
