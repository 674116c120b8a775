/**
 * A get writes to a target. A file appears completely or not at all; devices, pipes and stdout are
 * written directly.
 */
import { rmSync } from 'node:fs'
import { link, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FileExistsError, InvalidOptionError } from '../errors.js'
import { openPipe } from './pipe.js'
import { removeUnfinished, unfinishedName } from './unfinished.js'

export interface Target {
  /** The path, for people; undefined: stdout. */
  path?: string
  write: (bytes: Uint8Array) => Promise<void>
  /** Ends a complete write: the file appears. */
  finish: () => Promise<void>
  /** Removes the unfinished file. */
  discard: () => Promise<void>
}

export interface Place { path: string, exists: 'no' | 'file' | 'other', pipe?: boolean, mode?: number }

async function at (path: string): Promise<Place & { directory: boolean }> {
  try {
    const found = await stat(path)
    // a symbolic link stays; the file that it names is replaced
    const real = await realpath(path)
    return { path: real, exists: found.isFile() ? 'file' : 'other', pipe: found.isFIFO(), directory: found.isDirectory(), mode: found.mode & 0o7777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { path, exists: 'no', directory: false }
  }
}

/**
 * Finds the place of a get.
 *
 * @param output the word after `-o`; undefined: the last part of the name, in the current folder,
 *   where nothing may exist
 */
export async function findTarget (name: string, output: string | undefined, cwd: string): Promise<Place> {
  const base = basename(name)
  const word = output ?? base
  const place = await at(resolve(cwd, word))
  if (output === undefined) {
    if (place.directory) throw new FileExistsError(`"${base}" is a folder here, so no file of that name can be written. To write the file elsewhere: -o FILE. For a folder of the vault: -r`)
    if (place.exists !== 'no') throw new FileExistsError(`"${base}" is here already. Nothing was changed; \`-o FILE\` replaces it`)
    return place
  }
  if (place.directory) {
    const inside = await at(join(place.path, base))
    if (inside.directory) throw new InvalidOptionError('-o', `"${join(word, base)}" is a folder`, 'FILE, DIR/ or -')
    return inside
  }
  if (word.endsWith('/')) throw new InvalidOptionError('-o', `there is no folder "${word}"`, 'FILE, an existing DIR/, or -')
  return place
}

export async function openTarget (name: string, output: string | undefined, cwd: string, signal: AbortSignal): Promise<Target> {
  const place = await findTarget(name, output, cwd)
  if (place.exists === 'other') return place.pipe === true ? openPipe(place.path, signal) : openStraight(place.path)
  await removeUnfinished(dirname(place.path))
  return openAside(place, output === undefined)
}

async function openStraight (path: string): Promise<Target> {
  const file = await open(path, 'w')
  return { path, write: async (bytes) => { await file.writeFile(bytes) }, finish: () => file.close(), discard: () => file.close() }
}

/**
 * The unfinished files of this process are removed when it ends, also when a second Ctrl-C ends it
 * at once.
 */
const unfinished = new Set<string>()
process.once('exit', () => { for (const path of unfinished) rmSync(path, { force: true }) })

/**
 * Opens a file that appears, complete, by rename.
 *
 * @param fresh nothing may exist at the place, not even when it came during the write
 * @param mtime the time of change to set
 */
export async function openAside ({ path, mode }: Place, fresh: boolean, mtime?: Date): Promise<Target> {
  const temporary = join(dirname(path), unfinishedName())
  unfinished.add(temporary)
  const file = await open(temporary, 'wx')
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await file.close()
    isOpen = false
  }
  return {
    path,
    write: async (bytes) => { await file.writeFile(bytes) },
    finish: async () => {
      if (mode !== undefined) await file.chmod(mode)
      if (mtime !== undefined) await file.utimes(mtime, mtime)
      await close()
      if (fresh) await appear(temporary, path)
      else await rename(temporary, path)
      unfinished.delete(temporary)
    },
    discard: async () => {
      await close()
      await rm(temporary, { force: true })
      unfinished.delete(temporary)
    }
  }
}

/**
 * Makes the file appear by a hard link: a rename would replace a file that came meanwhile. Without
 * hard links the earlier check has to do.
 */
async function appear (temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      await rm(temporary, { force: true })
      throw new FileExistsError(`"${basename(path)}" came while the bytes did. It was left as it is; \`-o FILE\` replaces it`)
    }
    await rename(temporary, path)
    return
  }
  await rm(temporary, { force: true })
}
