import type { Deleted, WriteOptions } from '../api/node.js'
import { deleteName } from '../vault/entries/name-writer.js'
import { checkIfVersion } from '../vault/entries/precondition.js'
import { lookOrAsk, notFound } from './ask.js'
import { heardBy } from './heard-by.js'
import type { Components } from './components.js'

/**
 * Deletes a name on all members. Its versions can be restored until they are forgotten. Connected
 * members get the delete at once, others by their next sync. A put that this node had not seen
 * survives.
 */
export async function remove (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, options: WriteOptions = {}): Promise<Deleted> {
  return heardBy(parts, options, (deleted) => `The delete of "${deleted.name}"`, () => removeHere(parts, name, options))
}

async function removeHere (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, name: string, { signal, ifVersion }: WriteOptions): Promise<Deleted> {
  const { vault } = parts
  checkIfVersion(ifVersion)
  const pen = vault.pen('delete files')
  const { asked } = await lookOrAsk(parts, () => {
    const newest = vault.newest(name)
    return newest?.kind === 'delete' ? undefined : newest
  }, signal)
  signal?.throwIfAborted()
  const deleted = await deleteName(pen, name, vault.commit, ifVersion)
  if (deleted === undefined) throw notFound(parts, name, asked)
  return deleted
}
