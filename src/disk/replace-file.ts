import { constants } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What only the owner of the folder may read. */
const MODE = 0o600

/**
 * Writes a small file durably, replacing the one before in one step: after a loss of power its name has the bytes of
 * before, or all of these, and these once it has resolved.
 */
export async function replaceFile (path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.new`
  // what a write that was cut off left may have any rights
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', MODE)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
