/**
 * A node keeps a bounded number of unknown entries of one writer. Spec: protocols/vault/README.md,
 * "Entries that are not known".
 */
import { compareBytes } from '../block/hash.js'
import { MAX_UNKNOWN_BYTES, MAX_UNKNOWN_ENTRIES } from './limits.js'

export interface UnknownLimits { entries: number, bytes: number }
export const UNKNOWN_LIMITS: UnknownLimits = { entries: MAX_UNKNOWN_ENTRIES, bytes: MAX_UNKNOWN_BYTES }

/**
 * Returns the unknown entries that are kept, the lowest id first. `bytes` is the length of the
 * entry as signed.
 */
export function keptUnknown<T extends { id: Uint8Array, bytes: number }> (entries: readonly T[], limits: UnknownLimits = UNKNOWN_LIMITS): T[] {
  let bytes = 0
  return [...entries].sort((a, b) => compareBytes(a.id, b.id)).filter((entry, below) => {
    const stays = below < limits.entries && bytes < limits.bytes
    bytes += entry.bytes
    return stays
  })
}
