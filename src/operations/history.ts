import type { AbortOptions } from '@libp2p/interface'
import { base32 } from '../../protocols/vault/text.js'
import type { VersionInfo } from '../api/node.js'
import type { PastVersion } from '../vault/entries/history.js'
import { lookOrAsk, notFound } from './ask.js'
import type { Components } from './components.js'

type Uses = Pick<Components, 'directory' | 'garbage' | 'peers' | 'store' | 'sync' | 'vault' | 'waits'>

/**
 * Yields every put, restore and delete of a name, the newest first. Connected members are asked
 * once for an unknown name.
 * @throws FileNotFoundError
 */
export async function * history (parts: Uses, name: string, { signal }: AbortOptions = {}): AsyncGenerator<VersionInfo> {
  const { vault, store, garbage } = parts
  const { found, asked } = await lookOrAsk(parts, () => vault.everHad(name) || undefined, signal)
  if (found === undefined) throw notFound(parts, name, asked)
  const newest = vault.newest(name)?.id
  const current = newest === undefined ? undefined : base32(newest)
  const writers = new Map<string, VersionInfo['writer']>()
  for (const version of vault.history(name)) {
    signal?.throwIfAborted()
    const key = base32(version.entry.writer)
    const writer = writers.get(key) ?? vault.whoWrote(version.entry.writer)
    writers.set(key, writer)
    const info = infoOf(name.normalize('NFC'), version, writer, current)
    if (version.entry.kind === 'delete') yield info
    else yield { ...info, here: await store.complete(version.entry.root), ...keptUntil(version, garbage.guardMs) }
  }
}

const keptUntil = ({ givenUpMs }: PastVersion, guardMs: number): { until?: Date } => givenUpMs === undefined ? {} : { until: new Date(Date.now() + guardMs - givenUpMs) }

export function infoOf (name: string, { entry, hidden, state }: PastVersion, writer: VersionInfo['writer'], current: string | undefined): VersionInfo {
  const version = base32(entry.id)
  const base = { name, version, kind: entry.kind, state, current: version === current, time: new Date(entry.time), writer, after: entry.after.map(base32) }
  const unreadable = hidden === undefined ? { unreadable: true } : {}
  if (entry.kind === 'delete') return { ...base, ...unreadable }
  const { size, mtime, type, label, props } = hidden !== undefined && 'size' in hidden ? hidden : {}
  return {
    ...base,
    cid: entry.root.toString(),
    ...(size === undefined ? {} : { size }),
    bytes: entry.bytes,
    ...(mtime === undefined ? {} : { mtime: new Date(mtime) }),
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { note: label }),
    ...(props === undefined ? {} : { props }),
    ...unreadable
  }
}
