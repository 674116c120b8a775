/**
 * `npm run test:mutants [WORD…]`: makes each mutant whose file or text holds one of the words (all, when there is none) in a
 * copy of the built project, runs the specs that should notice it, and says whether one did. Ends with 1 when one lived.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MUTANTS, type Mutant } from './list.js'
import { compiled, copyTree, mutate } from './tree.js'

/** A mutant that makes a test wait for ever is noticed too. */
const LIMIT_MS = 300_000
const TEST_MS = 60_000

async function passes (tree: string, specs: readonly string[]): Promise<boolean> {
  const files = specs.map((spec) => join('dist', 'test', `${spec}.spec.js`))
  const child = spawn(process.execPath, [join('node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config', '--require', './dist/test/seed.js', '--timeout', String(TEST_MS), '--bail', '--exit', ...files], {
    cwd: tree, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL'
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const [code] = await once(child, 'close') as [number | null]
  if (code === 0 && !/\d+ passing/.test(said)) throw new Error(`no test ran of ${specs.join(', ')}:\n${said}`)
  return code === 0
}

/** As they are the specs must pass, else they would notice anything. */
async function checkUnchanged (tree: string, mutants: readonly Mutant[]): Promise<void> {
  for (const spec of new Set(mutants.flatMap(({ specs }) => specs))) {
    if (!await passes(tree, [spec])) throw new Error(`test/${spec}.spec.ts fails without any mutant`)
  }
}

async function lives (tree: string, mutant: Mutant): Promise<boolean> {
  const takeOut = mutate(tree, mutant)
  try {
    for (const spec of mutant.specs) if (!await passes(tree, [spec])) return false
    return true
  } finally {
    takeOut()
  }
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const mutants = MUTANTS.filter(({ file, from, to }) => words.length === 0 || words.some((word) => `${file} ${from} ${to}`.includes(word)))
for (const mutant of mutants) compiled(mutant)
const base = mkdtempSync(join(tmpdir(), 'dfs-mutants-'))
process.once('exit', () => { rmSync(base, { recursive: true, force: true }) })
const tree = join(base, 'tree')
copyTree(tree)
if (!process.argv.includes('--trust')) await checkUnchanged(tree, mutants)
let alive = 0
for (const mutant of mutants) {
  const lived = await lives(tree, mutant)
  if (lived) alive++
  console.log(`${lived ? 'LIVES ' : 'killed'}  ${mutant.file}: ${mutant.from}  ->  ${mutant.to}`)
}
console.log(`${mutants.length - alive} killed, ${alive} alive`)
process.exitCode = alive === 0 ? 0 : 1
