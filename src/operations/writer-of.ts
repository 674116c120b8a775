import { readStored } from '../vault/entries/entry-rows.js'
import type { Components } from './components.js'

/**
 * Returns the member whose writer key signed this entry of the index, or undefined when the key is
 * unknown.
 */
export function writerOf ({ vault }: Pick<Components, 'vault'>, entry: Uint8Array): string | undefined {
  return vault.entries.members.ofWriter(readStored(entry).writer)?.peer
}
