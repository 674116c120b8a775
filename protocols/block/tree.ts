/**
 * The public half of a manifest is the part that a node without keys can check. Spec:
 * protocols/block/README.md, "Manifest". Each refusal is INVALID_DATA: the fault is the writer's,
 * not that of the peer that sent the block.
 */
import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { asBytes, asCid, asInt, asList, asMap, decode, encode } from './cbor.js'
import { DAG_CBOR, MAX_BLOCK_BYTES, RAW } from './cid.js'

/** A full chunk has this many bytes of plaintext. */
export const CHUNK_BYTES = 1024 * 1024
/** Seal (protocols/README.md) adds this many bytes. */
export const SEAL_BYTES = 48
/** The block of a full chunk has this length. */
export const FULL_CHUNK_BLOCK_BYTES = CHUNK_BYTES + SEAL_BYTES
/** A full manifest has this many links. */
export const MAX_LINKS = 1024
export const MAX_LEVEL = 2
/** A full manifest of MAX_LEVEL holds 1 PiB. */
export const MAX_FILE_BYTES = CHUNK_BYTES * MAX_LINKS ** (MAX_LEVEL + 1)
/** A file lies inside its manifest exactly when its size is at most this. */
export const INLINE_BYTES = 256 * 1024
/** The private half begins with the size as a u64 of this many bytes. */
export const SIZE_BYTES = 8
/** One key of this many bytes for each link follows the size. */
export const KEY_BYTES = 32
const VERSION = 1
/** A padding unit is at least 2^8 and at most 2^20 bytes. */
const PAD_MIN_LOG2 = 8
const PAD_MAX_LOG2 = 20
/** The padding unit is at most size / 2^4, so padding adds at most 1/16. */
const PAD_SHARE_LOG2 = 4

/**
 * A manifest with MAX_LINKS links whose descendants are all full has this length, by level. The
 * length has one value (protocols/block/README.md, "Full manifests").
 */
export const FULL_MANIFEST_BLOCK_BYTES = [79_978, 79_982] as const
/** The field `bytes` of such a full manifest has this value, by level. */
export const FULL_MANIFEST_BYTES = [
  MAX_LINKS * FULL_CHUNK_BLOCK_BYTES,
  MAX_LINKS * (FULL_MANIFEST_BLOCK_BYTES[0] + MAX_LINKS * FULL_CHUNK_BLOCK_BYTES)
] as const

export interface PublicManifest {
  /**
   * At level 0 the links are chunks, or the data is inline. At level 1 and 2 the links are
   * manifests of one level less.
   */
  level: number
  links: CID[]
  /** Each linked block has this stored length in bytes. */
  sizes: number[]
  /**
   * The sum of `sizes` and of the `bytes` of each child. A block that is linked twice counts twice;
   * this manifest's own block does not count.
   */
  bytes: number
}

/** The checks of a parent need only these facts of a child. */
export type ManifestFacts = Pick<PublicManifest, 'level' | 'bytes'> & { links: { readonly length: number } }

/**
 * Returns the length of `n` bytes of plaintext with their padding: at most 1/16 more from 4 KiB up,
 * and never one more chunk.
 */
export function pad (n: number): number {
  const least = Math.max(n, 1)
  const log2 = least >= 2 ** 31 ? 31 : 31 - Math.clz32(least)
  const unit = 2 ** Math.min(Math.max(log2 - PAD_SHARE_LOG2, PAD_MIN_LOG2), PAD_MAX_LOG2)
  return Math.ceil(least / unit) * unit
}

/**
 * Returns the public half of a manifest's block, checked by itself: form, codecs, sizes, sealed
 * length.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function readPublic (block: Uint8Array): PublicManifest {
  return splitManifest(block).manifest
}

/**
 * Splits a manifest's block into the checked public half, the encoding of that half (the AAD), and
 * the sealed half.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function splitManifest (block: Uint8Array): { manifest: PublicManifest, aad: Uint8Array, sealed: Uint8Array } {
  let parts
  try {
    parts = parse(block)
  } catch (cause) {
    throw new ProtocolError('INVALID_DATA', 'the block is no manifest', { cause })
  }
  checkAlone(parts.manifest, parts.sealed.length)
  return { ...parts, aad: encodePublic(parts.manifest) }
}

/** Returns DAG-CBOR(public), which is the AAD of the sealed half. */
export function encodePublic ({ level, links, sizes, bytes }: PublicManifest): Uint8Array {
  return encode({ v: VERSION, level, links, sizes, bytes })
}

export function encodeManifest ({ level, links, sizes, bytes }: PublicManifest, sealed: Uint8Array): Uint8Array {
  return encode({ v: VERSION, level, links, sizes, bytes, sealed })
}

/**
 * Checks the rule that holds only for a root: above level 0 a root has at least two links, because
 * it has the least level that holds the file.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function checkRoot (root: PublicManifest): void {
  if (root.level > 0 && root.links.length < 2) throw invalid('a root above level 0 with a single link')
}

/**
 * Checks a received child against its parent. The last child's check includes the parent's `bytes`;
 * that check is complete once every other child was checked, because the `bytes` of a full child
 * have one value.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function checkChild (parent: PublicManifest, index: number, child: ManifestFacts, childBlockLength: number): void {
  const last = index === parent.links.length - 1
  if (parent.sizes[index] !== childBlockLength) throw invalid('a child of another length than its parent says')
  if (child.level !== parent.level - 1) throw invalid('a child of the wrong level')
  if (child.links.length === 0) throw invalid('an inline manifest below another')
  // in a file of more than one group the padding fills whole chunks
  if (child.level === 0 && child.bytes !== child.links.length * FULL_CHUNK_BLOCK_BYTES) throw invalid('a chunk below a tree that is not full')
  if (!last && !isFull(child)) throw invalid('a child that is not full before the last one')
  if (last && parent.bytes !== sum(parent.sizes) + index * fullBytes(child.level) + child.bytes) throw invalid('bytes is not the sum of what lies below')
}

/**
 * Checks all children of a manifest above level 0, in the order of the links, repeats included.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function checkChildren (parent: PublicManifest, children: Array<{ manifest: ManifestFacts, blockLength: number }>): void {
  if (children.length !== parent.links.length) throw invalid('not as many children as links')
  children.forEach(({ manifest, blockLength }, index) => { checkChild(parent, index, manifest, blockLength) })
}

function parse (block: Uint8Array): { manifest: PublicManifest, sealed: Uint8Array } {
  const map = asMap(decode(block, { maxBytes: MAX_BLOCK_BYTES }), ['v', 'level', 'links', 'sizes', 'bytes', 'sealed'])
  asInt(map.v, { min: VERSION, max: VERSION })
  const level = asInt(map.level, { max: MAX_LEVEL })
  const links = asList(map.links, { max: MAX_LINKS }).map((link) => asCid(link, level === 0 ? RAW : DAG_CBOR))
  const sizes = asList(map.sizes, { min: links.length, max: links.length }).map((size) => asInt(size, { min: 1, max: MAX_BLOCK_BYTES }))
  return { manifest: { level, links, sizes, bytes: asInt(map.bytes) }, sealed: asBytes(map.sealed) }
}

function checkAlone ({ level, links, sizes, bytes }: PublicManifest, sealedLength: number): void {
  const privateBytes = sealedLength - SEAL_BYTES
  if (links.length === 0) {
    const data = privateBytes - SIZE_BYTES
    if (level !== 0) throw invalid('no links above level 0')
    if (bytes !== 0) throw invalid('bytes of an inline manifest is not 0')
    if (data > INLINE_BYTES || pad(data) !== data) throw invalid('inline data of a length that padding never has')
    return
  }
  if (privateBytes !== SIZE_BYTES + KEY_BYTES * links.length) throw invalid('sealed bytes do not fit the number of links')
  if (level > 0) return
  const plaintext = bytes - SEAL_BYTES * links.length
  if (bytes !== sum(sizes)) throw invalid('bytes is not the sum of sizes')
  if (sizes.slice(0, -1).some((size) => size !== FULL_CHUNK_BLOCK_BYTES)) throw invalid('a chunk before the last one that is not full')
  // this fails when the last chunk is longer than a full one or has no plaintext
  if (Math.ceil(plaintext / CHUNK_BYTES) !== links.length) throw invalid('chunks of a length that their number does not have')
  if (plaintext <= INLINE_BYTES) throw invalid('a file this small lies inside its manifest')
  if (pad(plaintext) !== plaintext) throw invalid('chunks of a length that padding never has')
}

function isFull ({ level, links, bytes }: ManifestFacts): boolean {
  return links.length === MAX_LINKS && bytes === fullBytes(level)
}

function fullBytes (level: number): number {
  const bytes = FULL_MANIFEST_BYTES[level]
  if (bytes === undefined) throw invalid('a child of the wrong level')
  return bytes
}

function sum (numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

function invalid (what: string): ProtocolError {
  return new ProtocolError('INVALID_DATA', `manifest: ${what}`)
}
