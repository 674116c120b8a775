import { asBytes, asInt, asList, isMap } from '../../../protocols/block/cbor.js'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { SEED_BYTES } from '../../../protocols/placement/constants.js'
import { slotOf } from '../../../protocols/placement/slot.js'

/**
 * Slot of an entry without a seed; the last slot, so that any other entry with the same root beats
 * it.
 */
const NO_SLOT = 0xffff

/**
 * The placement fields in the public part of an entry: the slot of its version and the number of
 * copies.
 */
export interface EntryPlacement {
  /** Slot of group 0 of the version. */
  slot: number
  /** Null: the entry leaves the number to the vault's setting. */
  copies: number | null
}

/**
 * Reads the public part of a put or restore. The function never throws: entries are checked before
 * they come into the index, and an odd one must not keep out the others of its transaction.
 */
export function placementOfEntry (entry: Uint8Array): EntryPlacement {
  try {
    const shown = readValue(asBytes(asList(readValue(entry))[0]))
    if (!isMap(shown)) return { slot: NO_SLOT, copies: null }
    return { slot: slotOf(asBytes(shown['seed'], SEED_BYTES), 0), copies: shown['copies'] === undefined ? null : asInt(shown['copies']) }
  } catch (error) {
    if (error instanceof ProtocolError) return { slot: NO_SLOT, copies: null }
    throw error
  }
}

/**
 * Returns `placementOfEntry` with a cache of one: the trigger asks three times about each entry.
 */
export function placements (): (entry: Uint8Array) => EntryPlacement {
  let last: { entry: Uint8Array, placement: EntryPlacement } | undefined
  return (entry) => {
    if (last === undefined || Buffer.compare(last.entry, entry) !== 0) last = { entry: Uint8Array.from(entry), placement: placementOfEntry(entry) }
    return last.placement
  }
}
