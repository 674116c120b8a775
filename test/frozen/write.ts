/**
 * `npm run freeze [-- PART...]`: writes all fixtures anew, or those of some parts; the head of commands.spec.ts says when
 * that is right. The simulation and the demo take longest and come last.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PARTS: Record<string, string[]> = {
  surface: ['test/frozen/surface.spec.ts'],
  commands: ['test/frozen/commands.spec.ts'],
  simulation: ['test/sim/frozen.spec.ts'],
  demo: ['test/e2e/cli.spec.ts', '-g', 'runs the demo']
}

function write (part: string): number {
  const words = PARTS[part]
  if (words === undefined) {
    console.error(`There is no part "${part}". Parts: ${Object.keys(PARTS).join(', ')}`)
    return 2
  }
  return spawnSync(process.execPath, [join(ROOT, 'dist', 'test', 'one.js'), ...words], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, DFS_FREEZE: 'write' } }).status ?? 1
}

const given = process.argv.slice(2)
for (const part of given.length === 0 ? Object.keys(PARTS) : given) {
  const status = write(part)
  if (status !== 0) process.exit(status)
}
