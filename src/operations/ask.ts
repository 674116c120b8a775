import { AbortError, FileNotFoundError } from '../errors.js'
import { when } from './when.js'
import type { Components } from './components.js'

/** An error shows at most this many similar names. */
const SIMILAR_NAMES = 3

/**
 * Returns the result of `look`; where it is undefined, connected members are asked once, in one
 * bounded round, before a second look. `asked` is the number of members that answered.
 */
export async function lookOrAsk<T> (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'waits'>, look: () => T | undefined, signal?: AbortSignal): Promise<{ found: T | undefined, asked: number }> {
  const known = look()
  if (known !== undefined) return { found: known, asked: 0 }
  signal?.throwIfAborted()
  const asked = await askAll(parts, signal)
  return { found: look(), asked }
}

/**
 * Returns the error for an unknown name, with the members that were asked, the member that deleted
 * it, and similar names.
 */
export function notFound (parts: Pick<Components, 'directory' | 'vault'>, name: string, asked: number): FileNotFoundError {
  const { vault } = parts
  const others = vault.members().length - 1
  const newest = vault.newest(name)
  const similar = vault.similar(name, SIMILAR_NAMES)
  const lines = [
    `No file named "${name}".`,
    ...(newest?.kind === 'delete' ? [`It was deleted by ${vault.whoWrote(newest.writer).label} at ${when(newest.time)}; \`dfs log\` shows what it was.`] : []),
    whoWasAsked(parts, asked)
  ]
  return new FileNotFoundError(`${lines.join(' ')}${similar.length === 0 ? '' : ` Close: ${similar.map((name) => `"${name}"`).join(', ')}`}`, { retry: asked < others })
}

/** Returns text for an error: how many members were asked, and which are away. */
export function whoWasAsked (parts: Pick<Components, 'directory' | 'vault'>, asked: number): string {
  const others = parts.vault.members().length - 1
  return others === 0 ? 'This node is the only member.' : `Asked ${asked} of ${others} other members. ${parts.directory.awayText()}`.trim()
}

/**
 * Runs one round with every member with a running or wanted sync; resolves with the number of
 * answers.
 */
async function askAll (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'waits'>, signal?: AbortSignal): Promise<number> {
  const limit = AbortSignal.timeout(parts.waits.askMs)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  if (parts.peers.sessions().length === 0) await firstSession(parts, either)
  const linked = parts.peers.sessions().filter(({ peer }) => parts.sync.linked(peer))
  const results = await Promise.allSettled(linked.map(({ peer }) => parts.sync.ask(peer, { signal: either })))
  if (signal?.aborted === true) throw new AbortError('The operation was aborted', { cause: signal.reason })
  return results.filter(({ status }) => status === 'fulfilled').length
}

/**
 * Waits for a first connection, since a node that has just started is still dialling. The wait ends
 * with `stillDiallingMs`.
 */
async function firstSession (parts: Pick<Components, 'directory' | 'peers'>, signal: AbortSignal): Promise<void> {
  const { peers } = parts
  const left = parts.directory.stillDiallingMs()
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
