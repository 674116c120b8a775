/** This file names unfinished files, and removes those that a killed process left. */
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/**
 * The name contains the machine, since a process id means nothing on another machine that has the
 * same folder.
 */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
const PART = /^\.dfs-[0-9a-f]{12}(-.*)?\.part$/s
const OF_PROCESS = new RegExp(`^\\.dfs-[0-9a-f]{12}-${HOST}-(\\d{1,10})(-.*)?\\.part$`, 's')

/**
 * Returns the name of an unfinished file.
 *
 * @param kind separates the files that one process makes for different purposes
 */
export function unfinishedName (kind = ''): string {
  return `.dfs-${randomBytes(6).toString('hex')}-${HOST}-${process.pid}${kind}.part`
}

/** Returns true for the name of an unfinished file, which is no content. */
export const isUnfinished = (name: string): boolean => PART.test(name)

/**
 * Removes from a folder the unfinished files of dead processes of this machine. A file that cannot
 * be removed stays, and is never put.
 */
export async function removeUnfinished (folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const left = names.filter((name) => {
    const pid = Number(OF_PROCESS.exec(name)?.[1] ?? 0)
    return pid > 0 && !runs(pid)
  })
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true }).catch(() => {})))
}

function runs (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
