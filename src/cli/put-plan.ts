/** A put plan maps local files to names. Everything is checked before the first byte is stored. */
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Stats } from 'node:fs'
import { InvalidOptionError } from '../errors.js'
import { quote } from './format.js'

export interface PlannedPut {
  /** `-` is stdin. */
  file: string
  name: string
  /** True for a folder: its files are named below `name`; '' is the top of the vault. */
  folder?: true
}

type Look = (path: string) => Promise<Pick<Stats, 'isDirectory'> | undefined>

/** Returns the kind of a path; undefined when it does not exist. */
const look = (cwd: string): Look => async (path) => {
  try {
    return await stat(resolve(cwd, path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/**
 * Plans a put.
 *
 * @param options.recursive accepts folders too: below a prefix a folder keeps its own name, `.` and
 *   `..` have none
 */
export async function planPut (words: string[], options: { as?: string, recursive?: boolean }, cwd: string, at: Look = look(cwd)): Promise<PlannedPut[]> {
  const { files, target } = await split(words, options.as, at)
  const plans = await Promise.all(files.map((file) => plan(file, target, at, options.recursive === true)))
  const names = new Set<string>()
  for (const { file, name } of plans) {
    if (names.has(name)) throw new InvalidOptionError('FILE', `"${file}" and another file would both be named "${name}"`, 'files with different names, or one put each')
    names.add(name)
  }
  for (const { file, name, folder } of plans) {
    const inside = folder === true ? plans.find((other) => other.file !== file && (name === '' || other.name.startsWith(`${name}/`))) : undefined
    if (inside !== undefined) throw new InvalidOptionError('FILE', `"${inside.file}" would be named among the files of "${file}"`, 'folders with different names, or one put each')
  }
  return plans
}

/**
 * Splits the words into files and a target. `target` is a name, or a prefix that ends in a slash;
 * undefined: each file keeps its own name.
 */
async function split (words: string[], as: string | undefined, at: Look): Promise<{ files: string[], target?: string }> {
  const last = words.at(-1)
  if (last === undefined) throw new InvalidOptionError('FILE', 'missing', 'one or more files, or - for stdin; such as:  dfs put cat.jpg photos/')
  if (as !== undefined) {
    if (words.length > 1 && !as.endsWith('/')) throw new InvalidOptionError('--as', `${words.length} files cannot all be named "${as}"`, 'with several files, a prefix that ends in /')
    return { files: words, target: as }
  }
  if (words.length === 1) return { files: words }
  if (last.endsWith('/')) return { files: words.slice(0, -1), target: last }
  if (words.length > 2) throw new InvalidOptionError('PREFIX/', `"${last}" does not end in a slash`, 'with several files, a last word that ends in /')
  if (last === '-' || await at(last) !== undefined) {
    throw new InvalidOptionError('NAME', `"${last}" is a file here too`, `for two files a last word that ends in /; for the name, --as ${quote(last)}`)
  }
  return { files: words.slice(0, 1), target: last }
}

async function plan (file: string, target: string | undefined, at: Look, recursive: boolean): Promise<PlannedPut> {
  if (file === '-') {
    if (target === undefined || target.endsWith('/')) throw new InvalidOptionError('NAME', 'missing', 'with - a name:  dfs put - NAME')
    return { file, name: target }
  }
  const found = await at(file)
  if (found === undefined) throw new InvalidOptionError('FILE', `there is no file "${file}" here`, 'files that are on this machine, or - for stdin')
  if (found.isDirectory()) {
    if (!recursive) throw new InvalidOptionError('FILE', `"${file}" is a folder`, `files, or folders with -r:  dfs put -r ${quote(file)}`)
    return { file, name: folderName(file, target), folder: true }
  }
  const name = target === undefined || target.endsWith('/') ? `${target ?? ''}${basename(file)}` : target
  return { file, name }
}

/**
 * Returns the name of a folder. `.`, `..` and `/` have none, so their files stand at the top of the
 * target.
 */
function folderName (file: string, target: string | undefined): string {
  const last = file.replace(/\/+$/, '').split('/').at(-1) ?? ''
  const own = last === '.' || last === '..' ? '' : last
  if (target === undefined) return own
  return target.endsWith('/') ? `${target}${own}`.replace(/\/$/, '') : target
}
