import { InvalidOptionError } from '../errors.js'
import { readFile } from '../file/read-file.js'
import type { GetOptions } from '../api/node.js'
import { writerOf } from './writer-of.js'
import { FetchedFrom } from '../replication/download/fetched-from.js'
import type { Components } from './components.js'
import { find } from './stat.js'

type Uses = Pick<Components,
  'blocks' | 'directory' | 'downloader' | 'logger' | 'peers' | 'placement' | 'sync' | 'vault' | 'waits'>

/** Yields the bytes of a file, or of a range of it. Nothing happens before the first `next()`. */
export async function * get (parts: Uses, name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
  const { offset = 0, length, signal, onProgress } = options
  whole('offset', offset)
  if (length !== undefined) whole('length', length)
  const { info, root, key, entry } = await find(parts, name, options)
  const total = Math.max(0, Math.min(length ?? Infinity, info.size - offset))
  const need = { writer: writerOf(parts, entry), ...parts.placement.needOf(root.bytes) }
  const log = parts.logger.forComponent('dfs:download')
  log.trace('get of %j', name)
  const from = new FetchedFrom()
  const ended = parts.downloader.foreground()
  try {
    const bytes = readFile({
      root,
      key,
      offset,
      ...(length === undefined ? {} : { length }),
      ...(signal === undefined ? {} : { signal }),
      get: (cid, size, { signal: over, isNext }) => parts.blocks.get(cid, {
        signal: over,
        isNext,
        need,
        ...(size === undefined ? {} : { size }),
        onFetched: (peer, count) => {
          from.add(peer, count)
          onProgress?.({ type: 'file:get:fetched', peer, bytes: count })
        }
      })
    })
    let read = 0
    for await (const piece of bytes) {
      read += piece.length
      onProgress?.({ type: 'file:get:read', bytes: read, total })
      yield piece
      signal?.throwIfAborted()
    }
  } finally {
    log('a get of version %c ended, fetched from %s', root, from)
    ended()
  }
}

function whole (field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidOptionError(field, `${value} is not a number of bytes`, 'a whole number from 0')
}
