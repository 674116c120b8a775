/**
 * The folders and keys of dfs nodes are no content: a vault that held them would give them to all
 * of its machines.
 */
import { open, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InvalidOptionError } from '../../errors.js'

const FORMAT = 'format'
const KEYRING = 'keyring'
const IDENTITY = 'identity.key'
/** The pattern also matches keys that are being replaced. */
const KEYS = /^(keyring(\.new)?|identity\.key(\.[0-9a-f]{12})?)$/
const FIRST_LINE = /^dfs [0-9]+\n?$/
const FIRST_LINE_BYTES = 16

/**
 * Returns true if a folder is that of a dfs node.
 *
 * @param names the names in the folder
 */
export async function isNodeFolder (path: string, names: readonly string[]): Promise<boolean> {
  // an unfinished folder has its keys before its `format`
  if (names.includes(KEYRING) && names.includes(IDENTITY)) return true
  return names.includes(FORMAT) && FIRST_LINE.test(await start(join(path, FORMAT)))
}

/**
 * Returns the folder of the node whose key this file is, also through symbolic links; undefined
 * when it is no key.
 */
export async function nodeOfKey (path: string): Promise<string | undefined> {
  const real = await realpath(path)
  if (!KEYS.test(basename(real))) return undefined
  const folder = dirname(real)
  return await isNodeFolder(folder, await readdir(folder).catch(() => [KEYRING, IDENTITY])) ? folder : undefined
}

export const KEY_OF_NODE = 'it holds keys of the dfs node in that folder, which no other machine may have'

/**
 * Refuses a file that is a node's key.
 *
 * @throws InvalidOptionError
 */
export async function refuseKey (file: string, path: string): Promise<void> {
  if (await nodeOfKey(path) !== undefined) throw new InvalidOptionError('FILE', `${file} was not put: ${KEY_OF_NODE}`, 'other files')
}

async function start (path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } catch {
    return '' // what cannot be read says nothing; its keys, if there are any, were looked for before
  }
}
