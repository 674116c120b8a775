import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { AbortError, FileNotFoundError, VersionNotFoundError } from '../errors.js'
import type { FileInfo } from '../interface.js'
import { awayText } from './away.js'
import { stillDiallingMs } from './dialling.js'
import type { Parts } from './parts.js'

export interface Found { id: Uint8Array, info: FileInfo, root: CID, key: Uint8Array, bytes: number, entry: Uint8Array }

/** How many similar names an error shows. */
const SIMILAR_NAMES = 3

/**
 * What `name` means now. A name that is not known here is asked for once, in one bounded round with all members that
 * there is a link to, before FileNotFoundError.
 */
export async function find (parts: Parts, name: string, options: AbortOptions & { version?: string } = {}): Promise<Found> {
  const { vault } = parts
  vault.readKeys()
  const known = vault.lookup(name, options.version)
  if (known !== undefined) return known
  options.signal?.throwIfAborted()
  const asked = await askAll(parts, options.signal)
  const found = vault.lookup(name, options.version)
  if (found !== undefined) return found
  const others = vault.members().length - 1
  const where = others === 0 ? 'This node is the only member.' : `Asked ${asked} of ${others} other members. ${awayText(parts)}`.trim()
  if (options.version !== undefined && vault.lookup(name) !== undefined) {
    throw new VersionNotFoundError(`"${name}" has no version ${options.version}. ${where}`)
  }
  const similar = vault.similar(name, SIMILAR_NAMES)
  throw new FileNotFoundError(`No file named "${name}". ${where}${similar.length === 0 ? '' : ` Close: ${similar.join(', ')}`}`, { retry: asked < others })
}

/** One round over every link; resolves to how many answered. */
async function askAll (parts: Parts, signal?: AbortSignal): Promise<number> {
  const limit = AbortSignal.timeout(parts.waits.askMs)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  if (parts.peers.sessions().length === 0) await firstSession(parts, either)
  const linked = parts.peers.sessions().filter(({ peer }) => parts.sync.linked(peer))
  const results = await Promise.allSettled(linked.map(({ peer }) => parts.sync.ask(peer, { signal: either })))
  if (signal?.aborted === true) throw new AbortError('The operation was aborted', { cause: signal.reason })
  return results.filter(({ status }) => status === 'fulfilled').length
}

/** A node that has just started is still dialling: waits for the first member, within the time that it has for that. */
async function firstSession (parts: Parts, signal: AbortSignal): Promise<void> {
  const { peers } = parts
  const left = stillDiallingMs(parts)
  if (left === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(left)])
  const done = (): void => { resolve() }
  peers.addEventListener('session:open', done, { once: true })
  limit.addEventListener('abort', done, { once: true })
  await promise
  peers.removeEventListener('session:open', done)
  limit.removeEventListener('abort', done)
}

export async function stat (parts: Parts, name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> {
  return (await find(parts, name, options)).info
}
