import { access, rename, rm } from 'node:fs/promises'
import { factOf, foldLog } from '../index/engine/closed-file.js'
import { REBUILT } from '../index/queries/node-state.js'
import type { RebuildInfo } from '../api/node.js'
import type { Directory } from '../blockstore/directory.js'
import { diskFileSystem } from '../blockstore/file-system.js'
import { INDEX, INDEX_NEW } from '../blockstore/layout.js'

const PARTS = ['', '-wal', '-shm']

/** A finished rebuild leaves this note in the new index. */
export interface Note extends Omit<RebuildInfo, 'time' | 'aside' | 'settled'> {
  /** Milliseconds since 1970. */
  time: number
  /** The name of the old index that was set aside; '' when there was none. */
  aside: string
}

/**
 * Returns the note of a new index that is finished and has not replaced the old one; undefined when
 * there is none.
 */
export function finishedNote (directory: Directory): Note | undefined {
  const text = factOf(directory.file(INDEX_NEW), REBUILT)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Note
  } catch {
    return undefined // one that was cut off: it is made anew
  }
}

/** Removes the files of an unfinished rebuild. */
export async function removeUnfinished (directory: Directory): Promise<void> {
  for (const part of PARTS) await rm(directory.file(INDEX_NEW + part), { force: true })
}

/** Resolves to true when a file of an old index exists. */
export async function hasOld (directory: Directory): Promise<boolean> {
  return (await Promise.all(PARTS.map((part) => exists(directory.file(INDEX + part))))).includes(true)
}

/**
 * Sets the old index aside and puts the new one in its place. After an interruption anywhere,
 * calling it again continues: until the last rename there is no index, or the old one. The old log
 * is moved before the new index comes, because SQLite would read it as the new index's log.
 */
export async function swapIn (directory: Directory, { aside }: Note): Promise<void> {
  for (const part of PARTS) {
    if (await exists(directory.file(INDEX + part))) await rename(directory.file(INDEX + part), directory.file(aside + part))
  }
  await diskFileSystem.syncFolder(directory.path)
  // the rename moves only the database, so its log must be folded in first
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
