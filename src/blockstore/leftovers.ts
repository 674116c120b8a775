import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DirectoryNotWritableError } from '../errors.js'
import { holdsBlocks } from '../index/engine/closed-file.js'
import { BALLAST, BLOCKS, FORMAT, INDEX, LAYOUT, QUARANTINE, TMP, TRASH } from './layout.js'

/** Where a node lays files that hold somebody's bytes: an attempt that never ended well has none in them. */
const FOLDERS = [BLOCKS, TMP, QUARANTINE, TRASH]
const FILES = [INDEX, `${INDEX}-wal`, `${INDEX}-shm`, BALLAST, LAYOUT, `${LAYOUT}.new`, `${FORMAT}.new`, 'keyring', 'keyring.new', 'identity.key', 'admits', 'admits.new']
/** An identity that was being written. */
const NEW_IDENTITY = /^identity\.key\.[0-9a-f]{12}$/

function isLeftover (name: string): boolean {
  return FOLDERS.includes(name) || FILES.includes(name) || NEW_IDENTITY.test(name)
}

/**
 * Removes what a process left that ended in the middle of making a vault or joining one; `names` are what lies in `dir`.
 * What holds data is not such a thing, and nothing is removed then.
 *
 * @throws DirectoryNotWritableError naming what holds data
 */
export async function removeLeftovers (dir: string, names: Iterable<string>): Promise<void> {
  const left = [...names].filter(isLeftover)
  for (const name of left) {
    if (FOLDERS.includes(name) && await holdsFiles(join(dir, name))) throw notOurs(dir, name)
    if (name === INDEX && holdsBlocks(join(dir, name))) throw notOurs(dir, name)
  }
  for (const name of left) {
    if (FOLDERS.includes(name)) await removeEmpty(join(dir, name))
    else await rm(join(dir, name), { force: true })
  }
}

async function holdsFiles (folder: string): Promise<boolean> {
  return (await readdir(folder, { recursive: true, withFileTypes: true })).some((entry) => !entry.isDirectory())
}

/** Folders alone: a file that came in the meantime stays, as an error. */
async function removeEmpty (folder: string): Promise<void> {
  for (const name of await readdir(folder)) await removeEmpty(join(folder, name))
  await rmdir(folder)
}

function notOurs (dir: string, name: string): DirectoryNotWritableError {
  return new DirectoryNotWritableError(`${dir} has no file \`${FORMAT}\`, and yet ${join(dir, name)} holds data. Nothing was changed. Choose another folder, or put \`${FORMAT}\` back from a copy`)
}
