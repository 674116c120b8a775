import { access, rename, rm } from 'node:fs/promises'
import { factOf, foldLog } from '../index/engine/closed-file.js'
import { REBUILT } from '../index/queries/node-state.js'
import type { RebuildInfo } from '../api/node.js'
import type { Directory } from '../blockstore/directory.js'
import { diskFileSystem } from '../blockstore/file-system.js'
import { INDEX, INDEX_NEW } from '../blockstore/layout.js'

const PARTS = ['', '-wal', '-shm']

/** What a rebuild that came to its end says of itself; kept in the new index. */
export interface Note extends Omit<RebuildInfo, 'time' | 'aside' | 'settled'> {
  /** Milliseconds since 1970. */
  time: number
  /** Name of what was set aside; '' when there was nothing. */
  aside: string
}

/** Of a new index that was finished and has not taken the old one's place; undefined when there is none. */
export function finishedNote (directory: Directory): Note | undefined {
  const text = factOf(directory.file(INDEX_NEW), REBUILT)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Note
  } catch {
    return undefined // one that was cut off: it is made anew
  }
}

/** Removes what a rebuild left that did not come to its end. */
export async function removeUnfinished (directory: Directory): Promise<void> {
  for (const part of PARTS) await rm(directory.file(INDEX_NEW + part), { force: true })
}

/** Something of an old index is there. */
export async function hasOld (directory: Directory): Promise<boolean> {
  return (await Promise.all(PARTS.map((part) => exists(directory.file(INDEX + part))))).includes(true)
}

/**
 * Sets the old index aside and puts the new one in its place. Cut off anywhere, it is gone on with by calling it again:
 * until the last rename there is no index, or the old one. The log goes before the new index comes, which would else
 * be read as if it were its own.
 */
export async function swapIn (directory: Directory, { aside }: Note): Promise<void> {
  for (const part of PARTS) {
    if (await exists(directory.file(INDEX + part))) await rename(directory.file(INDEX + part), directory.file(aside + part))
  }
  await diskFileSystem.syncFolder(directory.path)
  // what only the log of the new one holds would stay behind
  foldLog(directory.file(INDEX_NEW))
  await rename(directory.file(INDEX_NEW), directory.file(INDEX))
  await diskFileSystem.syncFolder(directory.path)
}

async function exists (path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
