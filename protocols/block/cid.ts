/**
 * A CID names a block. Spec: protocols/block/README.md, "CID". It is of version 1, codec raw or
 * dag-cbor, SHA-256: 36 bytes, `01 (55|71) 12 20` and the digest. No other CID names a block here.
 */
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { ProtocolError } from '../errors.js'
import { equal, HASH_BYTES, sha256 } from './hash.js'

/** Chunks have this codec. */
export const RAW = 0x55
/** Manifests have this codec. */
export const DAG_CBOR = 0x71
const SHA2_256 = 0x12
const VERSION = 1
/** A CID has this many bytes. */
export const CID_BYTES = 36
const DIGEST_AT = CID_BYTES - HASH_BYTES
/** No block is longer: a block holds a chunk of 1 MiB and at most 64 KiB around the chunk. */
export const MAX_BLOCK_BYTES = 1024 * 1024 + 64 * 1024

export type Codec = typeof RAW | typeof DAG_CBOR

/** Returns the CID of a block, from the bytes that are stored (ciphertext). */
export function cidOf (codec: Codec, bytes: Uint8Array): CID {
  return CID.createV1(codec, createDigest(SHA2_256, sha256(bytes)))
}

/**
 * Returns the CID that these 36 bytes spell.
 *
 * @throws ProtocolError MALFORMED for any other spelling or length
 */
export function parseCid (bytes: Uint8Array): CID {
  const codec = bytes[1]
  const known = bytes.length === CID_BYTES && bytes[0] === VERSION && (codec === RAW || codec === DAG_CBOR) &&
    bytes[2] === SHA2_256 && bytes[3] === HASH_BYTES
  if (!known) throw new ProtocolError('MALFORMED', 'not the 36 bytes of a CID v1, raw or dag-cbor, sha2-256')
  return CID.createV1(codec, createDigest(SHA2_256, bytes.slice(DIGEST_AT)))
}

/** Returns true if the CID can name a block here. */
export function isBlockCid (cid: CID): boolean {
  return cid.version === VERSION && (cid.code === RAW || cid.code === DAG_CBOR) && cid.multihash.code === SHA2_256 && cid.multihash.digest.length === HASH_BYTES
}

/** Returns true if `cid` can name a block here and `bytes` hash to it. */
export function verifyCid (cid: CID, bytes: Uint8Array): boolean {
  return isBlockCid(cid) && equal(cid.multihash.digest, sha256(bytes))
}
