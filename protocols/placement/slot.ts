import { label, sha256, u64 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { SEED_BYTES } from './constants.js'

const SLOT = label('slot')

/**
 * Returns the slot of a version's group, 0..65,535. Groups count from 0 over the version; an inline
 * file is group 0.
 *
 * @param seed of the version's entry, 16 bytes
 * @throws ProtocolError MALFORMED for a seed of another length
 */
export function slotOf (seed: Uint8Array, group: number): number {
  if (seed.length !== SEED_BYTES) throw new ProtocolError('MALFORMED', `a seed of ${seed.length} bytes`)
  const [first = 0, second = 0] = sha256(SLOT, seed, u64(group))
  return first * 256 + second
}
