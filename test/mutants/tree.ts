import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** A small change of a source file that tests should notice. `from` stands in the file once. */
export interface Mutation { file: string, from: string, to: string }

/** Makes a copy of the built project at `path`, which must not exist. */
export function copyTree (path: string): void {
  mkdirSync(path)
  for (const name of readdirSync(ROOT)) {
    // a copy, not links: a build of this project writes into the files that it has
    if (name === 'dist') cpSync(join(ROOT, name), join(path, name), { recursive: true })
    else if (name !== '.git') symlinkSync(join(ROOT, name), join(path, name))
  }
}

/**
 * Puts the mutated file, compiled, into a copy of the project; the function that is returned takes it out again.
 *
 * @throws Error when `from` does not stand in the file exactly once
 */
export function mutate (tree: string, mutation: Mutation): () => void {
  const target = join(tree, 'dist', mutation.file.replace(/\.ts$/, '.js'))
  const before = readFileSync(target)
  writeFileSync(target, compiled(mutation))
  return () => { writeFileSync(target, before) }
}

/** Names the file when the mutation cannot be made. */
export function compiled ({ file, from, to }: Mutation): string {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const times = source.split(from).length - 1
  if (times !== 1) throw new Error(`${file}: "${from}" stands there ${times} times, not once`)
  return ts.transpileModule(source.replace(from, () => to), { compilerOptions: options(), fileName: file }).outputText
}

let known: ts.CompilerOptions | undefined

function options (): ts.CompilerOptions {
  if (known === undefined) {
    const path = join(ROOT, 'tsconfig.json')
    const { config } = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8')) as { config: { compilerOptions: object } }
    known = { ...ts.convertCompilerOptionsFromJson(config.compilerOptions, dirname(path)).options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, sourceMap: false, inlineSources: false, inlineSourceMap: false, incremental: false, declaration: false }
  }
  return known
}
