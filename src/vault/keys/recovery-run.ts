import { equal } from '../../../protocols/block/hash.js'
import { vaultKeys } from '../../../protocols/vault/keys.js'
import { VaultExistsError, WrongVaultError } from '../../errors.js'
import type { Secrets } from './keyring.js'
import { parseRecoveryCode, recoverIndex, type Recovery } from './recover.js'

/** A recovery code, or a function that asks a person for it when it is needed. */
type Code = string | (() => Promise<string>)

/**
 * Returns the vault secret of the code.
 * @throws InvalidRecoveryCodeError
 */
export async function recoverySecret (code: Code): Promise<Uint8Array> {
  return parseRecoveryCode(typeof code === 'function' ? await code() : code)
}

/**
 * Checks that a folder with a keyring is in the vault of the code and owns it, so that it needs no
 * recovery.
 * @throws WrongVaultError, VaultExistsError
 */
export async function checkRecovered (code: Code, { vault, secret }: Secrets, dir: string): Promise<void> {
  const given = await recoverySecret(code)
  if (!equal(vaultKeys(given).id, vault)) throw new WrongVaultError(`${dir} is in another vault than that of the recovery code. One folder is one vault: recover in another folder`)
  if (secret === undefined) throw new VaultExistsError(`${dir} is in that vault already, with a role that owns nothing. Recover in another folder`)
}

/** The recovery of one node. It succeeds once, however often the node is started. */
export class RecoveryRun {
  private done = false
  private entries = 0

  constructor (private readonly recovery: Recovery) {}

  /** Call when `count` entries came. */
  came (count: number): void {
    if (this.done) return
    this.entries += count
    this.recovery.onProgress?.({ type: 'vault:recover:entries', entries: this.entries })
  }

  /**
   * Recovers unless an earlier run succeeded.
   * @throws the errors of `recoverIndex`, and the reason of the signal
   */
  async run (signal: AbortSignal): Promise<void> {
    if (this.done) return
    await recoverIndex(this.recovery, { signal })
    this.done = true
  }
}
