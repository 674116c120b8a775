import { readStored } from '../vault/entries/entry-rows.js'
import type { Components } from './components.js'

/** The member whose writer key signed this entry of the index; undefined when it is not known here. */
export function writerOf ({ vault }: Pick<Components, 'vault'>, entry: Uint8Array): string | undefined {
  return vault.entries.members.ofWriter(readStored(entry).writer)?.peer
}
