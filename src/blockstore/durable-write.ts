import { dirname } from 'node:path'
import { codeOf, type FileSystem, type NewFile } from './file-system.js'
import type { FolderSync } from './folder-sync.js'

/** The disk did not keep what was written: nobody knows which bytes it has, and the same descriptor must not be synced again. */
export class DiskFailure extends Error {
  override readonly name = 'DiskFailure'
}

/** The system's names for "no room". */
const FULL = new Set(['ENOSPC', 'EDQUOT'])
/** Failures of open and write that are the disk's, and not the program's or the moment's. */
const BROKEN = new Set(['EIO', 'EROFS', 'ENXIO', 'ENODEV', 'ESTALE', 'EUCLEAN'])

export function isFull (error: unknown): boolean {
  return FULL.has(codeOf(error) ?? '')
}

/**
 * Storage, "Order, always": new file in tmp, length check, fdatasync, rename, fsync of the folder. When it has resolved
 * the file is complete and has its name for good; when it rejects, the name has what it had, or the whole new file.
 *
 * @throws DiskFailure when a sync failed; the system's error otherwise
 */
export async function durableWrite (fs: FileSystem, folders: FolderSync, tmp: string, path: string, bytes: Uint8Array): Promise<void> {
  let file: NewFile | undefined
  try {
    file = await atDisk(() => fs.create(tmp))
    await fill(file, bytes)
    await file.close()
    file = undefined
    await mustKeep(() => fs.rename(tmp, path))
  } catch (error) {
    await file?.close().catch(() => {}) // what went wrong first is what is told
    await fs.remove(tmp).catch(() => {}) // emptied at the next start in any case
    throw error
  }
  await mustKeep(() => folders.sync(dirname(path)))
}

async function fill (file: NewFile, bytes: Uint8Array): Promise<void> {
  await atDisk(() => file.write(bytes))
  const size = await file.size()
  if (size !== bytes.length) throw new DiskFailure(`wrote ${bytes.length} bytes, the file has ${size}`)
  await mustKeep(() => file.sync())
}

/** Any failure but "no room" is the disk's. */
async function mustKeep (step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (isFull(error)) throw error
    throw new DiskFailure('the disk did not keep a file', { cause: error })
  }
}

async function atDisk<T> (step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (BROKEN.has(codeOf(error) ?? '')) throw new DiskFailure('the disk did not take a file', { cause: error })
    throw error
  }
}
