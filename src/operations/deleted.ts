import { setImmediate as others } from 'node:timers/promises'
import type { Deleted, DeletedOptions } from '../api/node.js'
import { checkText } from './list.js'
import type { Components } from './components.js'

/**
 * Yields names below a prefix that were deleted and mean nothing now, as far as this node knows.
 * Memory does not depend on their number.
 */
export async function * deleted ({ vault }: Pick<Components, 'vault'>, { prefix = '', signal }: DeletedOptions & { signal: AbortSignal }): AsyncGenerator<Deleted> {
  checkText('prefix', prefix)
  for (const page of vault.deleted(prefix)) {
    yield * page
    await others()
    signal.throwIfAborted()
  }
}
