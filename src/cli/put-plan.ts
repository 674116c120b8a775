/** Which local files become which names. Everything is checked before the first byte is stored. */
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Stats } from 'node:fs'
import { InvalidOptionError } from '../errors.js'

export interface PlannedPut {
  /** `-` is stdin. */
  file: string
  name: string
  /** Missing for stdin, pipes and devices. */
  size?: number
  mtime?: Date
}

type Look = (path: string) => Promise<Pick<Stats, 'isDirectory' | 'isFile' | 'size' | 'mtime'> | undefined>

/** Undefined when nothing is there. */
const look = (cwd: string): Look => async (path) => {
  try {
    return await stat(resolve(cwd, path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

export async function planPut (words: string[], options: { as?: string }, cwd: string, at: Look = look(cwd)): Promise<PlannedPut[]> {
  const { files, target } = await split(words, options.as, at)
  const plans = await Promise.all(files.map((file) => plan(file, target, at)))
  const names = new Set<string>()
  for (const { file, name } of plans) {
    if (names.has(name)) throw new InvalidOptionError('FILE', `${file} and another file would both be named ${name}`, 'files with different names, or one put each')
    names.add(name)
  }
  return plans
}

/** `target`: a name, or a prefix that ends in a slash; undefined: each file's own name. */
async function split (words: string[], as: string | undefined, at: Look): Promise<{ files: string[], target?: string }> {
  const last = words.at(-1)
  if (last === undefined) throw new InvalidOptionError('FILE', 'missing', 'one or more files, or - for stdin')
  if (as !== undefined) {
    if (words.length > 1 && !as.endsWith('/')) throw new InvalidOptionError('--as', `${words.length} files cannot all be named ${as}`, 'with several files, a prefix that ends in /')
    return { files: words, target: as }
  }
  if (words.length === 1) return { files: words }
  if (last.endsWith('/')) return { files: words.slice(0, -1), target: last }
  if (words.length > 2) throw new InvalidOptionError('PREFIX/', `${last} is no prefix`, 'with several files, a last word that ends in /')
  if (last === '-' || await at(last) !== undefined) {
    throw new InvalidOptionError('NAME', `${last} is a file here too`, `for two files a last word that ends in /; for the name, --as ${last}`)
  }
  return { files: words.slice(0, 1), target: last }
}

async function plan (file: string, target: string | undefined, at: Look): Promise<PlannedPut> {
  if (file === '-') {
    if (target === undefined || target.endsWith('/')) throw new InvalidOptionError('NAME', 'missing', 'with - a name:  dfs put - NAME')
    return { file, name: target }
  }
  const found = await at(file)
  if (found === undefined) throw new InvalidOptionError('FILE', `no file ${file} here`, 'files that are on this machine, or - for stdin')
  if (found.isDirectory()) {
    const folder = file.replace(/\/+$/, '')
    throw new InvalidOptionError('FILE', `${file} is a folder; whole folders come with a later version of dfs`, `its files, one level:  dfs put ${folder}/* ${basename(folder)}/`)
  }
  const name = target === undefined || target.endsWith('/') ? `${target ?? ''}${basename(file)}` : target
  return found.isFile() ? { file, name, size: found.size, mtime: found.mtime } : { file, name }
}
