import { equal } from '../../../protocols/block/hash.js'
import { vaultKeys } from '../../../protocols/vault/keys.js'
import { VaultExistsError, WrongVaultError } from '../../errors.js'
import type { Secrets } from './keyring.js'
import { parseRecoveryCode, recoverIndex, type Recovery } from './recover.js'

/** A recovery code, or who asks for it when it is needed. */
type Code = string | (() => Promise<string>)

/** V of the code. InvalidRecoveryCodeError. */
export async function recoverySecret (code: Code): Promise<Uint8Array> {
  return parseRecoveryCode(typeof code === 'function' ? await code() : code)
}

/** A folder that is in the vault of the code already, and owns it, needs no recovery. WrongVaultError, VaultExistsError. */
export async function checkRecovered (code: Code, { vault, secret }: Secrets, dir: string): Promise<void> {
  const given = await recoverySecret(code)
  if (!equal(vaultKeys(given).id, vault)) throw new WrongVaultError(`${dir} is in another vault than that of the recovery code. One folder is one vault: recover in another folder`)
  if (secret === undefined) throw new VaultExistsError(`${dir} is in that vault already, with a role that owns nothing. Recover in another folder`)
}

/** The recovery of one node: once, whenever it is started. */
export class RecoveryRun {
  private done = false
  private entries = 0

  constructor (private readonly recovery: Recovery) {}

  /** So many entries came. */
  came (count: number): void {
    if (this.done) return
    this.entries += count
    this.recovery.onProgress?.({ type: 'vault:recover:entries', entries: this.entries })
  }

  /** Errors of recoverIndex, and the signal's reason. */
  async run (signal: AbortSignal): Promise<void> {
    if (this.done) return
    await recoverIndex(this.recovery, { signal })
    this.done = true
  }
}
