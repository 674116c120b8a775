import { InvalidOptionError } from '../errors.js'
import type { PassphraseChange } from '../api/node.js'
import type { Components } from './components.js'

/**
 * Sets, changes or removes the passphrase of the folder's keys.
 * @throws InvalidOptionError for a node in memory, which keeps no keys
 */
export async function changePassphrase ({ keyring }: Pick<Components, 'keyring'>, change: PassphraseChange): Promise<void> {
  if (keyring === undefined) throw new InvalidOptionError('passphrase', 'this node is in memory', 'a node with a folder: one in memory keeps no keys')
  await keyring.change(change)
}
