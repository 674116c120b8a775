/**
 * This file seals and opens the block of a chunk. Spec: protocols/file/README.md, "Chunk".
 *
 * K = MAC(chunk, L("chunk-key") ‖ H(P) ‖ salt)      block = Seal(K, no AAD, P)
 */
import type { CID } from 'multiformats/cid'
import { asBytes } from '../block/cbor.js'
import { cidOf, RAW } from '../block/cid.js'
import { HASH_BYTES, label, mac, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { NO_AAD, open, seal } from '../seal.js'

const CHUNK_KEY = label('chunk-key')

export interface ChunkKeys {
  /** KDF(R, "chunk"), 32 bytes. */
  chunk: Uint8Array
}

export interface SealedBlock {
  cid: CID
  /** The key K opens this block and no other. */
  key: Uint8Array
  block: Uint8Array
}

/**
 * Seals one chunk.
 *
 * @param salt 32 bytes, one for all blocks of a version
 * @param padded CHUNK_BYTES of plaintext, or fewer in the last chunk, its zero padding included; it
 *   is neither kept nor changed
 */
export function sealChunk (keys: ChunkKeys, salt: Uint8Array, padded: Uint8Array): SealedBlock {
  const key = mac(asBytes(keys.chunk, HASH_BYTES), CHUNK_KEY, sha256(padded), asBytes(salt, HASH_BYTES))
  const block = seal(key, NO_AAD, padded)
  return { cid: cidOf(RAW, block), key, block }
}

/**
 * Returns the chunk's plaintext: all of it, or the first `length` bytes after a check that the rest
 * is zero.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function openChunk (key: Uint8Array, block: Uint8Array, length?: number): Uint8Array {
  const padded = open(key, NO_AAD, block)
  return length === undefined ? padded : unpad(padded, length)
}

/**
 * Returns the first `length` bytes.
 *
 * @throws ProtocolError INVALID_DATA when there are fewer, or when a byte after them is not zero
 */
export function unpad (padded: Uint8Array, length: number): Uint8Array {
  if (length > padded.length) throw new ProtocolError('INVALID_DATA', 'fewer bytes than the size says')
  for (let i = length; i < padded.length; i++) {
    if (padded[i] !== 0) throw new ProtocolError('INVALID_DATA', 'padding that is not zero')
  }
  return padded.subarray(0, length)
}
