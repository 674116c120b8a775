/** Folders of dfs nodes, and the keys in them, are no files of their owner: a vault that held them would give them to all of its machines. */
import { open, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InvalidOptionError } from '../../errors.js'

const FORMAT = 'format'
const KEYRING = 'keyring'
const IDENTITY = 'identity.key'
/** Also while they are being replaced. */
const KEYS = /^(keyring(\.new)?|identity\.key(\.[0-9a-f]{12})?)$/
const FIRST_LINE = /^dfs [0-9]+\n?$/
const FIRST_LINE_BYTES = 16

/** @param names what lies in it */
export async function isNodeFolder (path: string, names: readonly string[]): Promise<boolean> {
  // one that was being made has its keys before it says what it is
  if (names.includes(KEYRING) && names.includes(IDENTITY)) return true
  return names.includes(FORMAT) && FIRST_LINE.test(await start(join(path, FORMAT)))
}

/** The folder of the node whose key this file is, also through links; undefined when it is none. */
export async function nodeOfKey (path: string): Promise<string | undefined> {
  const real = await realpath(path)
  if (!KEYS.test(basename(real))) return undefined
  const folder = dirname(real)
  return await isNodeFolder(folder, await readdir(folder).catch(() => [KEYRING, IDENTITY])) ? folder : undefined
}

export const KEY_OF_NODE = 'it holds keys of the dfs node in that folder, which no other machine may have'

/** @throws InvalidOptionError for a file that is such a key */
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
