import { InvalidOptionError } from '../errors.js'
import type { DfsNodeInit } from '../api/node.js'
import { checkOptions } from '../api/option-keys.js'
import { parseAddress } from '../network/addresses.js'
import { checkTransform } from '../blockstore/own-layout.js'
import { checkPassphrase } from '../vault/keys/passphrase.js'
import { parseRecoveryCode } from '../vault/keys/recover.js'
import { text } from '../operations/invite.js'

/**
 * Checks a whole configuration before anything is opened.
 * @throws InvalidOptionError that names the field; InvalidRecoveryCodeError
 */
export function checkInit (init: DfsNodeInit): void {
  checkOptions('createNode', init)
  checkOptions('discovery', init.discovery)
  if (typeof init.rebuildIndex === 'object') checkOptions('rebuildIndex', init.rebuildIndex)
  text('label', init.label)
  text('operator', init.operator)
  for (const address of init.listen ?? []) parseAddress('listen', address)
  for (const address of init.announce ?? []) parseAddress('announce', address)
  for (const address of init.bootstrap ?? []) parseAddress('bootstrap', address, { peer: init.recoveryCode === undefined ? 'required' : 'optional' })
  count('capacity', init.capacity, 0, 'bytes, a whole number from 0')
  if (init.copies !== 'all') count('copies', init.copies, 1, "a whole number from 1, or 'all'")
  count('durable', init.durable, 1, 'a number of members, a whole number from 1')
  count('offlineGrace', init.offlineGrace, 1000, 'milliseconds, a whole number from 1000')
  count('letGoAfter', init.letGoAfter, 1000, 'milliseconds, a whole number from 1000')
  count('guard', init.guard, 0, 'milliseconds, a whole number from 0')
  count('trash', init.trash, 0, 'milliseconds, a whole number from 0')
  count('lockWait', init.lockWait, 0, 'milliseconds, a whole number from 0')
  if (init.invite !== undefined && init.recoveryCode !== undefined) throw new InvalidOptionError('recoveryCode', 'with an invite', 'one of them')
  if (typeof init.recoveryCode === 'string') parseRecoveryCode(init.recoveryCode)
  if (init.passphrase !== undefined && init.dir === undefined) throw new InvalidOptionError('passphrase', 'without dir', 'a node with dir: one in memory keeps no keys')
  if (typeof init.passphrase === 'string') checkPassphrase('passphrase', init.passphrase)
  if (init.pathTransform !== undefined) checkTransform(init.pathTransform)
  if (init.pathTransform !== undefined && init.blockstore !== undefined) throw new InvalidOptionError('pathTransform', 'with a blockstore, which has no paths', 'one of them')
  if (init.dir === '') throw new InvalidOptionError('dir', 'empty', 'a folder; leave it out for a node in memory')
}

function count (field: string, value: number | undefined, least: number, accepted: string): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < least)) throw new InvalidOptionError(field, `${value} is not accepted`, accepted)
}
