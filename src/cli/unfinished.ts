/** Files that are not whole yet: how they are called, and what is done with those that a process left when it was killed. */
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Names the machine, since a process id means nothing on another one that has the same folder. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
const PART = /^\.dfs-[0-9a-f]{12}(-.*)?\.part$/s
const OF_PROCESS = new RegExp(`^\\.dfs-[0-9a-f]{12}-${HOST}-(\\d{1,10})(-.*)?\\.part$`, 's')

/** @param kind tells apart what one process makes for different ends */
export function unfinishedName (kind = ''): string {
  return `.dfs-${randomBytes(6).toString('hex')}-${HOST}-${process.pid}${kind}.part`
}

/** Such a file is nobody's content. */
export const isUnfinished = (name: string): boolean => PART.test(name)

/** Removes from a folder what processes of this machine left there that run no more. What cannot be removed stays, and is never put. */
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
