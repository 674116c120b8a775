import { asBytes, asInt, asList, isMap } from '../../../protocols/block/cbor.js'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { SEED_BYTES } from '../../../protocols/placement/constants.js'
import { slotOf } from '../../../protocols/placement/slot.js'

/** Of what says no seed; the last one, so that any other entry with the same root beats it. */
const NO_SLOT = 0xffff

/** What the public part of an entry says about where its version lies and how often. */
export interface EntryPlacement {
  /** Of its group 0. */
  slot: number
  /** Null: the entry leaves it to the vault's setting. */
  copies: number | null
}

/**
 * Reads the public part of a put or restore. Never throws: entries are checked before they come into the index, and one
 * that is odd all the same must not keep the others of its transaction out.
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

/** The same with a memory of one: the trigger asks three times about each entry. */
export function placements (): (entry: Uint8Array) => EntryPlacement {
  let last: { entry: Uint8Array, placement: EntryPlacement } | undefined
  return (entry) => {
    if (last === undefined || Buffer.compare(last.entry, entry) !== 0) last = { entry: Uint8Array.from(entry), placement: placementOfEntry(entry) }
    return last.placement
  }
}
