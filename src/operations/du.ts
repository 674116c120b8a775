import { setImmediate as others } from 'node:timers/promises'
import type { UsageInfo, UsageOptions } from '../api/node.js'
import { checkDelimiter, checkText } from './list.js'
import type { Components } from './components.js'

/** This many names are summed before other work runs: some milliseconds. */
const NAMES_A_TURN = 5_000

/**
 * Yields sums of the newest versions: each folder one level below the prefix, then the whole
 * prefix. Memory does not depend on the number of names.
 */
export async function * du ({ vault }: Pick<Components, 'vault'>, options: UsageOptions & { signal: AbortSignal }): AsyncGenerator<UsageInfo> {
  const { delimiter = '/', signal } = options
  checkText('prefix', options.prefix ?? '')
  checkDelimiter(delimiter)
  const nothing = { files: 0, size: 0, bytes: 0 }
  const all: UsageInfo = { prefix: (options.prefix ?? '').normalize('NFC'), ...nothing }
  let folder: UsageInfo | undefined
  let names = 0
  for (const part of vault.sums(all.prefix, delimiter.normalize('NFC'))) {
    if (folder !== undefined && folder.prefix !== part.prefix) {
      yield folder
      folder = undefined
    }
    if (part.prefix !== undefined) {
      folder ??= { prefix: part.prefix, ...nothing }
      add(folder, part)
    }
    add(all, part)
    // a folder costs a search of its own
    names += part.files + 10
    if (names > NAMES_A_TURN) {
      await others()
      names = 0
    }
    signal.throwIfAborted()
  }
  if (folder !== undefined) yield folder
  yield all
}

function add (sum: UsageInfo, part: { files: number, size: number, bytes: number }): void {
  sum.files += part.files
  sum.size += part.size
  sum.bytes += part.bytes
}
