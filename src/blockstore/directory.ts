import { constants, type Dirent } from 'node:fs'
import { access, chmod, lstat, mkdir, open, readdir, readFile, realpath, rm, rmdir, stat, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { BALLAST_BYTES, BALLAST_STEP_BYTES, INDEX_ROOM_BYTES } from '../defaults.js'
import { DirectoryNotWritableError, IndexDamagedError, NewerFormatError, NoVaultError } from '../errors.js'
import { replaceFile } from '../disk/replace-file.js'
import { codeOf, diskFileSystem } from './file-system.js'
import { BALLAST, BLOCKS, FORMAT, INDEX, INDEX_NEW, LAYOUT, LOCK, LOCK_PID, QUARANTINE, TMP, TRASH } from './layout.js'
import { removeLeftovers } from './leftovers.js'
import { DirectoryLock, type LockOptions } from './lock.js'

/** Version of the layout on disk. An older one is migrated by a tested step; there is none yet. */
export const FORMAT_VERSION = 1
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Names of the store in the folder; none of them may be a link to elsewhere. */
const OURS = [FORMAT, LAYOUT, LOCK, LOCK_PID, INDEX, `${INDEX}-wal`, `${INDEX}-shm`, INDEX_NEW, `${INDEX_NEW}-wal`, `${INDEX_NEW}-shm`, BLOCKS, TMP, QUARANTINE, TRASH, BALLAST]

export interface OpenDirectoryOptions extends LockOptions {
  /** Make the folder when it is not there or has no format. @default false: NoVaultError */
  create?: boolean
}

/** A folder that this process holds. */
export class Directory {
  private constructor (
    readonly path: string,
    private readonly lock: DirectoryLock,
    private isCommitted: boolean,
    /** What of the folder was not there before. */
    private readonly made: 'folder' | 'content' | 'nothing'
  ) {}

  /**
   * Reads the format, takes the lock, makes what is missing. The folder counts as made only after `commit`; what an
   * attempt left that was cut off before it is removed.
   *
   * @throws NoVaultError, NewerFormatError, DirectoryLockedError, DirectoryNotWritableError, IndexDamagedError (the format is not readable)
   */
  static async open (path: string, { create = false, ...options }: OpenDirectoryOptions = {}): Promise<Directory> {
    try {
      let madeFolder = false
      if (await readFormat(path) === undefined) {
        if (!create) throw new NoVaultError(`There is no vault in ${path}`)
        madeFolder = await makePath(path)
        await chmod(path, FOLDER_MODE)
      }
      const there = await listWithoutLinks(path)
      // before the lock, which would be taken and not given back
      await access(path, constants.W_OK)
      const lock = await DirectoryLock.acquire(path, options)
      try {
        const isCommitted = await readFormat(path) !== undefined
        // an attempt takes the lock before it writes anything, so without its file nothing here is of one
        if (!isCommitted && there.some(({ name }) => name === LOCK)) await removeLeftovers(path, await readdir(path))
        const others = (await readdir(path)).filter((name) => name !== LOCK && name !== LOCK_PID)
        return new Directory(path, lock, isCommitted, madeFolder ? 'folder' : others.length === 0 ? 'content' : 'nothing')
      } catch (error) {
        await lock.release()
        throw error
      }
    } catch (error) {
      throw asNotWritable(path, error)
    }
  }

  /** True until `commit` of the process that makes the folder. */
  get isNew (): boolean {
    return !this.isCommitted
  }

  file (name: string): string {
    return join(this.path, name)
  }

  /** Everything in the folder is there: from now on it is a vault's, and what is missing in it was lost. Idempotent. */
  async commit (): Promise<void> {
    if (this.isCommitted) return
    // the folders above first: this process, or one before it that was cut off, may have made all of them
    await syncAbove(await realpath(this.path))
    await this.write(FORMAT, `dfs ${FORMAT_VERSION}\n`)
    this.isCommitted = true
  }

  /** Replaces a small file. Durable when resolved. */
  async write (name: string, text: string): Promise<void> {
    await replaceFile(this.file(name), text)
  }

  /** Fills the ballast up with what is free beyond the room that the index needs. Random bytes, since a file system may keep zeros for nothing. */
  async makeBallast (): Promise<void> {
    const handle = await open(this.file(BALLAST), 'a', FILE_MODE)
    try {
      const { size } = await handle.stat()
      const { free } = await diskFileSystem.space(this.path)
      const more = Math.min(BALLAST_BYTES - size, free - INDEX_ROOM_BYTES)
      if (more > 0) await handle.writeFile(randomBytes(more))
    } catch (error) {
      if (codeOf(error) !== 'ENOSPC') throw error
    } finally {
      await handle.close()
    }
  }

  /** Gives up a part of the ballast; false when there is none. */
  async dropBallast (): Promise<boolean> {
    const path = this.file(BALLAST)
    try {
      const { size } = await lstat(path)
      await truncate(path, Math.max(0, size - BALLAST_STEP_BYTES))
      return size > 0
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    }
  }

  /** Frees the lock. Of a folder that was not there or empty before, and was never committed, nothing is left. */
  async close (): Promise<void> {
    const undo = !this.isCommitted && this.made !== 'nothing'
    if (undo) {
      for (const name of await readdir(this.path)) {
        if (name !== LOCK) await rm(this.file(name), { recursive: true })
      }
    }
    await this.lock.release({ remove: undo })
    if (undo && this.made === 'folder') await rmdir(this.path)
  }
}

/** What is in a folder. @throws DirectoryNotWritableError when a name of the store is a symbolic link */
export async function listWithoutLinks (path: string): Promise<Dirent[]> {
  const there = await readdir(path, { withFileTypes: true })
  const link = there.find((entry) => entry.isSymbolicLink() && OURS.includes(entry.name))
  if (link !== undefined) throw new DirectoryNotWritableError(`${join(path, link.name)} is a symbolic link. Links below the folder are not followed`)
  return there
}

/** The version of the layout, undefined when there is none. @throws NewerFormatError, IndexDamagedError */
export async function readFormat (dir: string): Promise<number | undefined> {
  let text
  try {
    if ((await lstat(join(dir, FORMAT))).isSymbolicLink()) throw new DirectoryNotWritableError(`${join(dir, FORMAT)} is a symbolic link. Links below the folder are not followed`)
    text = await readFile(join(dir, FORMAT), 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const version = Number(/^dfs ([1-9][0-9]{0,8})\n?$/.exec(text)?.[1])
  if (Number.isNaN(version)) throw Object.assign(new IndexDamagedError(`${join(dir, FORMAT)} does not say what it should. Put it back from a copy: it holds the line "dfs ${FORMAT_VERSION}"`), { part: 'format' as const })
  if (version > FORMAT_VERSION) throw new NewerFormatError(`${dir} has format ${version}, this program knows ${FORMAT_VERSION}. Install a newer dfs`)
  return version
}

/**
 * Makes a folder and those above it; true when it was not there. Not mkdir's own `recursive`, which asks for ever
 * where a file system takes no folders and says that what is above is missing (/proc).
 */
async function makePath (path: string): Promise<boolean> {
  const make = async (): Promise<void> => { await mkdir(path, { mode: FOLDER_MODE }) }
  try {
    await make()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return false
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
  }
  await makePath(dirname(path))
  await make()
  return true
}

/** Folders above may be another's, unreadable to us, or on a file system that syncs none. */
const NOT_OURS = new Set(['EACCES', 'EPERM', 'EINVAL', 'EROFS'])

/** The names that lead to `path` are durable, as far as they are ours. */
async function syncAbove (path: string): Promise<void> {
  const above = dirname(path)
  try {
    await diskFileSystem.syncFolder(above)
  } catch (error) {
    if (!NOT_OURS.has(codeOf(error) ?? '')) throw error
  }
  if (above !== path) await syncAbove(above)
}

const NOT_WRITABLE = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'NOT_A_FOLDER'])

function asNotWritable (dir: string, error: unknown): unknown {
  return NOT_WRITABLE.has(codeOf(error) ?? '') ? new DirectoryNotWritableError(`The folder ${dir} cannot be used: ${(error as Error).message}`, { cause: error }) : error
}
