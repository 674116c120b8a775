import { access } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Returns true if a folder holds a vault. The file `format` is written with the vault and says
 * which dfs can open it.
 */
export async function hasVault (dir: string): Promise<boolean> {
  try {
    await access(join(dir, 'format'))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw error
  }
}
