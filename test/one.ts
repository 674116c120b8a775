/** `npm run test:one FILE [mocha's options]`: runs one spec file, named as it lies in test/, with the time limit of its suite. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..', '..')

interface Config { timeout: number }

/** The settings of the suite that the file belongs to: those of its folder below test/, else those of `npm test`. */
function settingsOf (file: string): Config {
  const own = join(root, 'test', file.split('/')[1] ?? '', '.mocharc.json')
  return JSON.parse(readFileSync(existsSync(own) ? own : join(root, '.mocharc.json'), 'utf8')) as Config
}

const [given = '', ...options] = process.argv.slice(2)
const file = relative(root, resolve(given)).replace(/\.ts$/, '.js').replace(/^dist\//, '')
if (!/^test\/.*\.spec\.js$/.test(file) || !existsSync(join(root, 'dist', file))) {
  console.error(`"${given}" is no spec file below test/. Example:  npm run test:one test/blockstore/trash.spec.ts`)
  process.exit(2)
}
const { status } = spawnSync(process.execPath, [
  '--enable-source-maps', join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config', '--require', './dist/test/seed.js',
  '--timeout', String(settingsOf(file).timeout), '--reporter', 'spec', ...options, join('dist', file)
], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
