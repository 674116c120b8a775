/** This file opens the node of the folder, whose keys may be protected by a passphrase. */
import { WrongPassphraseError } from '../errors.js'
import type { DfsNode, DfsNodeInit } from '../api/node.js'
import type { Context } from './context.js'
import { askPassphrase, readPassphrase } from './secrets.js'

const TRIES = 3

/**
 * Opens the node. If its keys are protected, the passphrase comes from --passphrase, else from the
 * terminal, in up to three tries.
 *
 * @throws the errors of createNode, and PassphraseRequiredError where there is no terminal
 */
export async function unlock (context: Context, init: DfsNodeInit): Promise<DfsNode> {
  const { world, secret, out } = context
  for (let tries = 1; ; tries++) {
    let asked = false
    const passphrase = async (): Promise<string> => {
      asked = secret.option === undefined && secret.passphrase === undefined
      return secret.passphrase ??= secret.option === undefined ? await askPassphrase(context) : await readPassphrase(context, '--passphrase', secret.option, 'now')
    }
    try {
      const node = await world.createNode({ ...init, passphrase })
      if (secret.option !== undefined && secret.passphrase === undefined) out.talk(`The keys here have no passphrase, so none was asked for. To set one:  ${out.dfs} passphrase`)
      return node
    } catch (error) {
      if (error instanceof WrongPassphraseError) delete secret.passphrase
      if (!asked || tries === TRIES || !(error instanceof WrongPassphraseError)) throw error
      world.stderr.write('That is not it.\n')
    }
  }
}

/** Returns the passphrase of a folder that is about to be made: from --passphrase, else none. */
export async function newPassphrase (context: Context): Promise<{ passphrase?: string }> {
  const { secret } = context
  if (secret.option === undefined) return {}
  return { passphrase: secret.passphrase ??= await readPassphrase(context, '--passphrase', secret.option, 'new') }
}
