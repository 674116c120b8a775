/**
 * This file finds the path of each name below a folder on this disk, and says why some names have
 * none.
 */
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileExistsError, InvalidNameError } from '../../errors.js'
import { removeUnfinished } from '../unfinished.js'
import type { Disk } from './disk.js'
import { folded, pathProblem } from './local-name.js'

interface Folder {
  part: string
  path: string
  /** On a disk that folds names: how each placed name is written here. */
  children: Map<string, string>
  /** The reason why the folder, and everything below it, has no place. */
  error?: Error
}

/** Names must come in the order of their bytes, names below one folder together. */
export class Places {
  private readonly stack: Folder[]
  /** The placed files that a later name may need as a folder; each is the beginning of the next. */
  private files: string[] = []

  constructor (root: string, private readonly disk: Disk, private readonly platform: NodeJS.Platform = process.platform) {
    this.stack = [{ part: '', path: root, children: new Map() }]
  }

  /**
   * Returns the path of a name and makes its folders: real folders, never symbolic links, and none
   * above the root.
   *
   * @throws InvalidNameError where this disk has no such path, FileExistsError where something else
   *   is in the way
   */
  async place (name: string): Promise<string> {
    const problem = pathProblem(name, this.platform)
    if (problem !== undefined) throw new InvalidNameError(`${name}: ${problem}. Accepted: another name, on the machine that put it, or a get of this file alone with -o FILE`)
    this.files = this.files.filter((file) => name.startsWith(file))
    const above = this.files.find((file) => name.startsWith(`${file}/`))
    if (above !== undefined) throw new FileExistsError(`${name}: ${above} is a file here, so there can be no folder of that name`)
    const parts = name.split('/')
    const last = parts.pop() ?? ''
    const folder = await this.enter(parts)
    if (folder.error !== undefined) throw folder.error
    this.claim(folder, last, name)
    this.files.push(name)
    return join(folder.path, last)
  }

  private async enter (parts: string[]): Promise<Folder> {
    let same = 0
    while (same < parts.length && this.stack[same + 1]?.part === parts[same]) same++
    this.stack.length = same + 1
    for (const [i, part] of parts.entries()) {
      if (i < same) continue
      const above = this.stack[i]
      if (above === undefined) throw new RangeError('a folder without one above it')
      this.stack.push(await this.folder(above, part, parts.slice(0, i + 1).join('/')))
    }
    const folder = this.stack.at(-1)
    if (folder === undefined) throw new RangeError('no folder')
    return folder
  }

  private async folder (above: Folder, part: string, name: string): Promise<Folder> {
    const path = join(above.path, part)
    const folder: Folder = { part, path, children: new Map() }
    try {
      if (above.error !== undefined) throw above.error
      this.claim(above, part, name)
      await realFolder(path, name)
    } catch (error) {
      folder.error = error as Error
    }
    return folder
  }

  private claim (folder: Folder, part: string, name: string): void {
    if (!this.disk.folds) return
    const key = folded(part)
    const other = folder.children.get(key)
    if (other !== undefined && other !== part) throw new FileExistsError(`${name}: this disk takes ${part} and ${other} for one name, and ${other} was first`)
    folder.children.set(key, part)
  }
}

/**
 * Makes a folder, or cleans an existing one of the files of a killed get. A symbolic link is
 * refused, because its target may lie anywhere.
 */
async function realFolder (path: string, name: string): Promise<void> {
  try {
    await mkdir(path)
    return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = await lstat(path)
  if (found.isDirectory()) return removeUnfinished(path)
  throw new FileExistsError(`${name}: ${found.isSymbolicLink() ? 'it is a link here, which is not followed' : 'it is no folder here'}, so nothing can lie below it`)
}
