/**
 * The walk yields the files of a folder in the order of the vault's names, so that both can be read
 * side by side. Memory holds the folders from the root to the current place, never the whole tree.
 * Symbolic links are never followed.
 */
import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { InvalidNameError } from '../../errors.js'
import { isUnfinished } from '../unfinished.js'
import { isNodeFolder } from './node-folder.js'
import { compareNames } from './order.js'

export interface FoundFile { kind: 'file', path: string, name: string, size: number, mtime: Date, /** On the command line, where it may be a link. */ named?: boolean }

export type Found =
  | FoundFile
  /** A skipped path is nothing that a vault keeps. */
  | { kind: 'skipped', path: string, why: string }
  /** A failed path would be kept if it could be read or named. */
  | { kind: 'failed', path: string, error: Error }

export interface WalkOptions {
  signal: AbortSignal
  /** Returns the reason for leaving out a folder, from its lstat; undefined: it is walked. */
  leaveOut?: (found: Stats) => string | undefined
}

/** This many files are read ahead with lstat. */
const LOOKS_AT_ONCE = 64

interface Child { path: string, name: string, entry: Dirent<Buffer> }

/**
 * Yields the files below a folder.
 *
 * @param name the folder's name in the vault; '' for the top
 */
export async function * walk (path: string, name: string, options: WalkOptions): AsyncGenerator<Found> {
  const { signal, leaveOut } = options
  let entries: Array<Dirent<Buffer>>
  try {
    entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    yield { kind: 'failed', path, error: error as Error }
    return
  }
  if (await isNodeFolder(path, entries.map(({ name }) => name.toString('utf8')))) {
    yield { kind: 'skipped', path: path + sep, why: 'the folder of a dfs node, with its keys' }
    return
  }
  if (entries.length === 0) yield { kind: 'skipped', path: path + sep, why: 'an empty folder, which has no name in a vault' }
  const { children, problems } = sorted(path, name === '' ? '' : `${name}/`, entries)
  yield * problems
  for (let at = 0; at < children.length; at += LOOKS_AT_ONCE) {
    const page = children.slice(at, at + LOOKS_AT_ONCE)
    const looks = await Promise.all(page.map(look))
    for (const [i, child] of page.entries()) {
      signal.throwIfAborted()
      const found = looks[i]
      if (found === undefined) continue
      if (found instanceof Error) yield { kind: 'failed', path: child.path, error: found }
      else if (found.isDirectory()) yield * below(child, found, options, leaveOut)
      else if (found.isFile() && isUnfinished(basename(child.path))) yield { kind: 'skipped', path: child.path, why: 'what a get has not finished' }
      else if (found.isFile()) yield { kind: 'file', path: child.path, name: child.name, size: found.size, mtime: found.mtime }
      else yield { kind: 'skipped', path: child.path, why: kindOf(found) }
    }
  }
}

async function * below ({ path, name }: Child, found: Stats, options: WalkOptions, leaveOut: WalkOptions['leaveOut']): AsyncGenerator<Found> {
  const why = leaveOut?.(found)
  if (why === undefined) yield * walk(path, name, options)
  else yield { kind: 'skipped', path: path + sep, why }
}

/**
 * Returns the lstat of a path, or its error; undefined: the path is gone, so there is nothing to
 * keep.
 */
async function look ({ path }: Child): Promise<Stats | Error | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : error as Error
  }
}

export function kindOf (found: Pick<Stats, 'isSymbolicLink' | 'isFIFO' | 'isSocket'>): string {
  if (found.isSymbolicLink()) return 'a link, not followed'
  if (found.isFIFO()) return 'a pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Sorts the entries of a folder. Names are NFC in a vault, so two files of one folder may have the
 * same name; neither is put then, because the choice would be arbitrary.
 */
function sorted (path: string, prefix: string, entries: Array<Dirent<Buffer>>): { children: Child[], problems: Found[] } {
  const problems: Found[] = []
  const byName = new Map<string, Child[]>()
  for (const entry of entries) {
    let own: string
    try {
      own = utf8.decode(entry.name)
    } catch {
      problems.push({ kind: 'failed', path: join(path, entry.name.toString('utf8')), error: new InvalidNameError('Its name is no UTF-8. Accepted: rename it') })
      continue
    }
    const name = prefix + own.normalize('NFC')
    const same = byName.get(name)
    const child = { path: join(path, own), name, entry }
    if (same === undefined) byName.set(name, [child])
    else same.push(child)
  }
  const children: Child[] = []
  for (const same of byName.values()) {
    const [child] = same
    if (same.length === 1 && child !== undefined) children.push(child)
    else for (const { path } of same) problems.push({ kind: 'failed', path, error: new InvalidNameError(`${same.length} files here differ only in how accents are written, and would have one name. Rename all but one`) })
  }
  // a folder is sorted where the names in it are sorted
  const key = ({ name, entry }: Child): string => entry.isDirectory() ? `${name}/` : name
  return { children: children.sort((a, b) => compareNames(key(a), key(b))), problems }
}
