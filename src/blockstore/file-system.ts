import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises'

/** A file that was just made. */
export interface NewFile {
  write: (bytes: Uint8Array) => Promise<void>
  size: () => Promise<number>
  /** fdatasync. */
  sync: () => Promise<void>
  close: () => Promise<void>
}

export interface FolderEntry {
  name: string
  kind: 'file' | 'folder' | 'other'
}

/** The few steps on a disk that the store is made of, so that tests can make each of them fail, or stop after it. */
export interface FileSystem {
  /** True: what is there stays as it is, damaged files too. @default false */
  readonly readOnly?: boolean
  /** A new file, mode 0600; never follows a link, never opens what exists. */
  create: (path: string) => Promise<NewFile>
  /** At most `maxBytes` from the beginning; never follows a link. */
  read: (path: string, maxBytes: number) => Promise<Uint8Array>
  /** Length of a regular file; never follows a link. */
  size: (path: string) => Promise<number>
  rename: (from: string, to: string) => Promise<void>
  remove: (path: string) => Promise<void>
  /** Mode 0700; no error when it exists. */
  makeFolder: (path: string) => Promise<void>
  /** fsync of a folder: the names in it are durable afterwards. */
  syncFolder: (path: string) => Promise<void>
  list: (path: string) => Promise<FolderEntry[]>
  space: (path: string) => Promise<{ free: number, total: number }>
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** The disk of this machine. */
export const diskFileSystem: FileSystem = {
  async create (path) {
    const handle = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, FILE_MODE)
    return {
      async write (bytes) {
        for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten
      },
      size: async () => (await handle.stat()).size,
      sync: () => handle.datasync(),
      close: () => handle.close()
    }
  },

  async read (path, maxBytes) {
    const handle = await open(path, O_RDONLY | O_NOFOLLOW)
    try {
      const buffer = new Uint8Array(Buffer.allocUnsafeSlow(maxBytes).buffer)
      let length = 0
      while (length < maxBytes) {
        const { bytesRead } = await handle.read(buffer, length, maxBytes - length, length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return buffer.subarray(0, length)
    } finally {
      await handle.close()
    }
  },

  async size (path) {
    const stats = await lstat(path)
    if (!stats.isFile()) throw new NotAFileError(path)
    return stats.size
  },

  rename,
  remove: unlink,

  async makeFolder (path) {
    try {
      await mkdir(path, FOLDER_MODE)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    if (!(await lstat(path)).isDirectory()) throw new NotAFolderError(path)
  },

  async syncFolder (path) {
    const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },

  async list (path) {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other' }))
  },

  async space (path) {
    const stats = await statfs(path)
    return { free: stats.bavail * stats.bsize, total: stats.blocks * stats.bsize }
  }
}

/** What should be a regular file is a link, a folder or a device. */
class NotAFileError extends Error {
  readonly code = 'NOT_A_FILE'
  constructor (path: string) { super(`${path} is not a regular file`) }
}

/** What should be a folder is a link or a file. */
class NotAFolderError extends Error {
  readonly code = 'NOT_A_FOLDER'
  constructor (path: string) { super(`${path} is not a folder`) }
}

/** The system's name of an error (ENOENT, EIO), or undefined. */
export function codeOf (error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
