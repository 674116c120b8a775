import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { VersionNotFoundError } from '../errors.js'
import type { FileInfo } from '../api/node.js'
import { lookOrAsk, notFound, whoWasAsked } from './ask.js'
import type { Components } from './components.js'

export interface Found { id: Uint8Array, info: FileInfo, root: CID, key: Uint8Array, bytes: number, entry: Uint8Array }

/**
 * Finds the newest version of `name`, or the one that `version` names. Connected members are asked
 * once for an unknown one.
 * @throws FileNotFoundError; VersionNotFoundError for a name that is, or was, there
 */
export async function find (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, options: AbortOptions & { version?: string } = {}): Promise<Found> {
  const { vault } = parts
  vault.readKeys()
  const { version, signal } = options
  const { found, asked } = await lookOrAsk(parts, () => vault.lookup(name, version), signal)
  if (found !== undefined) return found
  if (version !== undefined && vault.everHad(name)) {
    throw new VersionNotFoundError(`"${name}" has no version ${version} that can be read. ${whoWasAsked(parts, asked)}`)
  }
  throw notFound(parts, name, asked)
}

export async function stat (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> {
  return (await find(parts, name, options)).info
}
