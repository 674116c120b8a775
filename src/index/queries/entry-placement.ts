import { asBytes, asInt, asList, isMap } from '../../../protocols/block/cbor.js'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { label, sha256, u64 } from '../../../protocols/block/hash.js'
import { ProtocolError } from '../../../protocols/errors.js'

const SLOT = label('slot')
const GROUP_0 = u64(0)
const SEED_BYTES = 16
/** Of what says no seed; the last one, so that any other entry with the same root beats it. */
const NO_SLOT = 0xffff

/** What the public part of an entry says about where its version lies and how often. */
export interface EntryPlacement {
  /** Of its group 0 (protocols/placement; a test holds this against it). */
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
    const [first = 0, second = 0] = sha256(SLOT, asBytes(shown['seed'], SEED_BYTES), GROUP_0)
    return { slot: first * 256 + second, copies: shown['copies'] === undefined ? null : asInt(shown['copies']) }
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
