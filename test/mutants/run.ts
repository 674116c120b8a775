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
const MOST_CHARACTERS = 100

/** Why the specs fail, in a few words; undefined when they pass. */
async function failure (tree: string, specs: readonly string[]): Promise<string | undefined> {
  const files = specs.map((spec) => join('dist', 'test', `${spec}.spec.js`))
  const child = spawn(process.execPath, [join('node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config', '--require', './dist/test/seed.js', '--timeout', String(TEST_MS), '--bail', '--exit', ...files], {
    cwd: tree, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL'
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const [code] = await once(child, 'close') as [number | null]
  if (code === 0 && !/\d+ passing/.test(said)) throw new Error(`no test ran of ${specs.join(', ')}:\n${said}`)
  if (code === 0) return undefined
  return /^ +(?:[A-Z]\w*)?Error.*$/m.exec(said)?.[0].trim().slice(0, MOST_CHARACTERS) ?? (code === null ? 'it did not end' : `exit code ${code}`)
}

/** As they are the specs must pass, else they would notice anything. */
async function checkUnchanged (tree: string, mutants: readonly Mutant[]): Promise<void> {
  for (const spec of new Set(mutants.flatMap(({ specs }) => specs))) {
    const why = await failure(tree, [spec])
    if (why !== undefined) throw new Error(`test/${spec}.spec.ts fails without any mutant: ${why}`)
  }
}

/** How it was noticed; undefined when it was not. */
async function noticed (tree: string, mutant: Mutant): Promise<string | undefined> {
  const takeOut = mutate(tree, mutant)
  try {
    for (const spec of mutant.specs) {
      const why = await failure(tree, [spec])
      if (why !== undefined) return `${spec}: ${why}`
    }
    return undefined
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
  const why = await noticed(tree, mutant)
  if (why === undefined) alive++
  console.log(`${why === undefined ? 'LIVES ' : 'killed'}  ${mutant.file}: ${mutant.from}  ->  ${mutant.to}${why === undefined ? '' : `  (${why})`}`)
}
console.log(`${mutants.length - alive} killed, ${alive} alive`)
process.exitCode = alive === 0 ? 0 : 1
