/**
 * File systems differ in names and times. The facts are probed in the target folder, since one
 * machine may have several kinds.
 */
import { lstat, open, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { unfinishedName } from '../unfinished.js'

export interface Disk {
  /** True when two names that differ only in case, or in how accents are written, are one file. */
  folds: boolean
  /** Times may come back earlier, by less than this many milliseconds. */
  mtimeMs: number
}

/** The odd time, in milliseconds, shows whatever precision a file system drops. */
const MARK_MS = 1_000_000_001_537
const FAT_MS = 2_000

/** Makes a file in the folder, reads it in other ways, and removes it. */
export async function probe (folder: string): Promise<Disk> {
  const stem = unfinishedName('-').replace(/\.part$/, '')
  const path = join(folder, `${stem}\u00e9.part`)
  await (await open(path, 'wx', 0o600)).close()
  try {
    await utimes(path, MARK_MS / 1000, MARK_MS / 1000)
    const [own, upper, apart] = await Promise.all([path, join(folder, `${stem.toUpperCase()}\u00e9.PART`), join(folder, `${stem}e\u0301.part`)].map(inode))
    const lost = MARK_MS - (own?.mtimeMs ?? MARK_MS)
    return { folds: [upper, apart].some((other) => other !== undefined && other.ino === own?.ino), mtimeMs: lost === 0 ? 0 : lost < 1000 ? 1000 : FAT_MS }
  } finally {
    await rm(path, { force: true })
  }
}

async function inode (path: string): Promise<{ ino: number, mtimeMs: number } | undefined> {
  try {
    const { ino, mtime } = await lstat(path)
    return { ino, mtimeMs: mtime.getTime() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Returns true if the two times are equal, as far as this disk can tell. */
export function sameTime (disk: Disk, onDisk: Date, wanted: Date): boolean {
  return Math.abs(onDisk.getTime() - wanted.getTime()) <= Math.max(0, disk.mtimeMs - 1)
}
