/**
 * The name of a block. Spec: protocols/block/README.md, "CID". Version 1, codec raw or dag-cbor, SHA-256: 36 bytes,
 * `01 (55|71) 12 20` and the digest. No other CID names a block here.
 */
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { ProtocolError } from '../errors.js'
import { equal, HASH_BYTES, sha256 } from './hash.js'

/** Codec of chunks. */
export const RAW = 0x55
/** Codec of manifests. */
export const DAG_CBOR = 0x71
const SHA2_256 = 0x12
const VERSION = 1
/** Length of a CID's bytes. */
export const CID_BYTES = 36
const DIGEST_AT = CID_BYTES - HASH_BYTES
/** No block is longer: room for a chunk of 1 MiB and what surrounds it. */
export const MAX_BLOCK_BYTES = 1024 * 1024 + 64 * 1024

export type Codec = typeof RAW | typeof DAG_CBOR

/** The CID of a block's bytes as stored. */
export function cidOf (codec: Codec, bytes: Uint8Array): CID {
  return CID.createV1(codec, createDigest(SHA2_256, sha256(bytes)))
}

/** The CID of exactly these 36 bytes. ProtocolError MALFORMED for any other spelling. */
export function parseCid (bytes: Uint8Array): CID {
  const codec = bytes[1]
  const known = bytes.length === CID_BYTES && bytes[0] === VERSION && (codec === RAW || codec === DAG_CBOR) &&
    bytes[2] === SHA2_256 && bytes[3] === HASH_BYTES
  if (!known) throw new ProtocolError('MALFORMED', 'not the 36 bytes of a CID v1, raw or dag-cbor, sha2-256')
  return CID.createV1(codec, createDigest(SHA2_256, bytes.slice(DIGEST_AT)))
}

/** True for a CID that can name a block here. */
export function isBlockCid (cid: CID): boolean {
  return cid.version === VERSION && (cid.code === RAW || cid.code === DAG_CBOR) && cid.multihash.code === SHA2_256 && cid.multihash.digest.length === HASH_BYTES
}

/** True when `cid` can name a block here and these are its bytes. */
export function verifyCid (cid: CID, bytes: Uint8Array): boolean {
  return isBlockCid(cid) && equal(cid.multihash.digest, sha256(bytes))
}
