import { constants } from 'node:fs'
import { access, chmod, copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryNotWritableError, NoSpaceError } from '../errors.js'
import { Directory, listWithoutLinks, readFormat } from './directory.js'
import { isFull } from './durable-write.js'
import { codeOf, diskFileSystem, type FileSystem } from './file-system.js'
import { FORMAT, INDEX, LAYOUT } from './layout.js'
import { ReadLock, type LockOptions } from './lock.js'

/** What is copied: SQLite cannot read a database with a log where it may not write. The log comes with it, and so does what it alone holds. */
const COPIED = [FORMAT, LAYOUT, `${INDEX}-wal`, INDEX]

/** Whether the folder holds a vault and takes no new files, be it for its disk or for its permissions. */
export async function isReadOnly (dir: string): Promise<boolean> {
  const refusal = async (path: string, mode: number): Promise<string | undefined> => access(path, mode).then(() => undefined, (error: unknown) => codeOf(error) ?? '')
  if (await refusal(join(dir, FORMAT), constants.R_OK) !== undefined) return false
  return ['EROFS', 'EACCES', 'EPERM'].includes(await refusal(dir, constants.W_OK) ?? '')
}

/** The error of everything that writes into such a folder. */
export const notWritable = (dir: string): DirectoryNotWritableError =>
  new DirectoryNotWritableError(`The folder ${dir} cannot be written: it lies on a disk that is read-only, or its permissions forbid it. Nothing was changed. Reading from it works`)

/** A folder that may not be written: nothing in it changes while it is read, neither by this process nor by another. */
export class ReadingFolder {
  private constructor (
    readonly path: string,
    /** A copy of the index that is this process's own, in a folder of mode 0700; its blocks lie in `path`. */
    readonly copy: Directory,
    private readonly lock: ReadLock
  ) {}

  /** @throws DirectoryLockedError, DirectoryNotWritableError (a symbolic link), NewerFormatError, IndexDamagedError, NoSpaceError (for the copy) */
  static async open (path: string, options: LockOptions): Promise<ReadingFolder> {
    await listWithoutLinks(path)
    await readFormat(path)
    const lock = await ReadLock.acquire(path, options)
    try {
      return new ReadingFolder(path, await copyOf(path), lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Removes the copy. */
  async close (): Promise<void> {
    try {
      await this.copy.close()
      await rm(this.copy.path, { recursive: true, force: true })
    } finally {
      this.lock.release()
    }
  }
}

async function copyOf (path: string): Promise<Directory> {
  const to = await mkdtemp(join(tmpdir(), 'dfs-reading-'))
  try {
    for (const name of COPIED) await copyIfThere(join(path, name), join(to, name))
    return await Directory.open(to)
  } catch (error) {
    await rm(to, { recursive: true, force: true })
    if (isFull(error)) throw new NoSpaceError(`The folder ${path} cannot be written, and ${tmpdir()} has no room for a copy of its index. Free some, or set TMPDIR to a folder with more`, { cause: error })
    throw error
  }
}

async function copyIfThere (from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    await chmod(to, 0o600) // the copy is written to, whatever may be done with what it is of
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** The disk, of which nothing changes: moves and removals are left undone, as they are after a power loss; a new file is an error. */
export const readingFileSystem: FileSystem = {
  ...diskFileSystem,
  readOnly: true,
  async create (path) { throw notWritable(path) },
  async rename () {},
  async remove () {},
  async makeFolder () {},
  async syncFolder () {},
  async list (path) {
    try {
      return await diskFileSystem.list(path)
    } catch (error) {
      // a folder that could not be made holds nothing
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }
}
