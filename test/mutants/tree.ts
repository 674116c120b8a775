import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { changed, ROOT, type Mutation } from './change.js'

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

/** @throws Error when `from` does not stand in the file exactly once */
export function compiled (mutation: Mutation): string {
  return ts.transpileModule(changed(mutation), { compilerOptions: options(), fileName: mutation.file }).outputText
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
