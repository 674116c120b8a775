import { randomBytes } from 'node:crypto'
import { UPLOAD_ID_BYTES } from '../../protocols/store/constants.js'
import { ProtocolError } from '../../protocols/errors.js'
import { base32 } from '../../protocols/vault/text.js'
import { BlocksUnavailableError, InvalidDataError, VersionGoneError, VersionNotFoundError } from '../errors.js'
import type { FileInfo, RestoreOptions } from '../api/node.js'
import { downloadVersion } from '../replication/download/download-version.js'
import { BLOCKS_AT_ONCE } from '../replication/download/downloader.js'
import { Semaphore } from '../async/semaphore.js'
import type { PastVersion } from '../vault/entries/history.js'
import { restoreVersion, type OpenVersion } from '../vault/entries/name-writer.js'
import { checkIfVersion } from '../vault/entries/precondition.js'
import { lookOrAsk, notFound, whoWasAsked } from './ask.js'
import { heardBy } from './heard-by.js'
import { writerOf } from './writer-of.js'
import type { Components } from './components.js'
import { find } from './stat.js'

type Uses = Pick<Components,
  'blocks' | 'directory' | 'downloader' | 'peer' | 'peers' | 'store' | 'sync' | 'vault' | 'waits'>

/**
 * Puts a version on top again. Without `version` it is the newest one whose content the name does
 * not mean now. All of its blocks are here and pinned before the entry is committed; missing blocks
 * are fetched from other members.
 * @throws VersionGoneError when blocks cannot be fetched
 */
export async function restore (parts: Uses, name: string, version: string | undefined, options: RestoreOptions = {}): Promise<FileInfo> {
  return heardBy(parts, options, () => `The restore of "${name}"`, () => restoreHere(parts, name, version, options))
}

async function restoreHere (parts: Uses, name: string, version: string | undefined, options: RestoreOptions): Promise<FileInfo> {
  checkIfVersion(options.ifVersion)
  const pen = parts.vault.pen('restore files')
  const old = version === undefined ? await another(parts, name, options.signal) : await one(parts, name, version, options.signal)
  const ended = parts.downloader.foreground()
  try {
    return await bringing(parts, old, options, (finish) => restoreVersion(pen, old, finish, options.ifVersion))
  } finally {
    ended()
  }
}

async function one (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, version: string, signal?: AbortSignal): Promise<OpenVersion> {
  const { id } = await find(parts, name, { version, ...(signal === undefined ? {} : { signal }) })
  const found = parts.vault.version(id)
  if (found === undefined) throw new InvalidDataError(`Version ${version} of "${name}" cannot be read`)
  return found
}

/** Returns the newest readable version that is not void and not the present content of the name. */
async function another (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, signal?: AbortSignal): Promise<OpenVersion> {
  const { vault } = parts
  const { found, asked } = await lookOrAsk(parts, () => vault.everHad(name) || undefined, signal)
  if (found === undefined) throw notFound(parts, name, asked)
  const newest = vault.newest(name)
  const isOther = ({ entry, state }: PastVersion): boolean => state !== 'void' && entry.kind !== 'delete' &&
    !(newest !== undefined && newest.kind !== 'delete' && newest.root.equals(entry.root))
  for (const version of vault.history(name)) {
    const open = isOther(version) ? vault.version(version.entry.id) : undefined
    if (open !== undefined) return open
  }
  throw new VersionNotFoundError(`"${name}" has no other version to restore. ${whoWasAsked(parts, asked)}`)
}

/**
 * Runs `commit` once every block is here and pinned by an upload. `commit` gets a function that
 * finishes this upload together with its statements.
 */
async function bringing<T> (parts: Pick<Components, 'blocks' | 'peer' | 'store' | 'vault'>, { entry }: OpenVersion, { signal = new AbortController().signal, onProgress }: RestoreOptions, commit: (finish: Parameters<typeof restoreVersion>[2]) => Promise<T>): Promise<T> {
  const { store, blocks, peer } = parts
  const { root, bytes } = entry
  const upload = new Uint8Array(randomBytes(UPLOAD_ID_BYTES))
  let here = 0
  let done = false
  await store.begin({ upload, writer: peer, expected: await store.complete(root) ? 1 : bytes, local: true, signal })
  try {
    await downloadVersion({
      store, upload, root, bytes, signal,
      slots: new Semaphore(() => BLOCKS_AT_ONCE),
      fetch: (cid, { signal: over }) => blocks.fetch(cid, { signal: over, need: { writer: writerOf(parts, entry.encoded) } }),
      onBlock: (count) => {
        here += count
        onProgress?.({ type: 'file:restore:here', bytes: here, total: bytes })
      }
    })
    signal.throwIfAborted()
    const result = await commit((statements) => store.finish(upload, root, statements))
    done = true
    return result
  } catch (error) {
    throw asGone(error, entry.id)
  } finally {
    if (!done) await store.abandon(upload)
  }
}

/**
 * Returns the error for blocks that could not be fetched. Its text names members that lack blocks,
 * and members that are away.
 */
function asGone (error: unknown, id: Uint8Array): unknown {
  if (error instanceof ProtocolError && error.code === 'INVALID_DATA') return new InvalidDataError(error.message, { cause: error })
  if (!(error instanceof BlocksUnavailableError)) return error
  return new VersionGoneError(`Version ${base32(id).slice(0, 10)} cannot be put on top again: not all of it is left where this node could look. Nothing was changed. ${error.message}`, { cause: error })
}
