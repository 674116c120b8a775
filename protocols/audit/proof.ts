import { MAX_BLOCK_BYTES, parseCid } from '../block/cid.js'
import { label, sha256, u64 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { MAX_RANGE_BYTES, NONCE_BYTES } from './constants.js'
import type { RangeBytes } from './codec.js'
import type { CID } from 'multiformats/cid'

const AUDIT = label('audit')

/**
 * The PeerIds (38 bytes each) of the two peers of a challenge. Each proof contains both, so that a
 * proof is worthless to any other pair.
 */
export interface Pair { answerer: Uint8Array, asker: Uint8Array }

/** Returns H(L("audit") ‖ nonce ‖ answerer ‖ asker ‖ CID ‖ u64 offset ‖ u64 length ‖ bytes). */
export function proofOf (nonce: Uint8Array, { answerer, asker }: Pair, cid: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  return sha256(AUDIT, nonce, answerer, asker, cid, u64(offset), u64(bytes.length), bytes)
}

/**
 * Checks a range that a peer asked for.
 *
 * @throws ProtocolError MALFORMED, LIMIT for a range above MAX_RANGE_BYTES
 */
export function checkRange ({ cid: bytes, offset, length }: RangeBytes): { cid: CID, offset: number, length: number } {
  const cid = parseCid(bytes)
  if (length > MAX_RANGE_BYTES) throw new ProtocolError('LIMIT', `A range of ${length} bytes`, { retry: false })
  if (length === 0 || offset + length > MAX_BLOCK_BYTES) throw new ProtocolError('MALFORMED', `${length} bytes from ${offset} on`)
  return { cid, offset, length }
}

export function checkNonce (nonce: Uint8Array): void {
  if (nonce.length !== NONCE_BYTES) throw new ProtocolError('MALFORMED', `A nonce of ${nonce.length} bytes`)
}
