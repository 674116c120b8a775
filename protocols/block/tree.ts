/**
 * The public half of a manifest: what anybody can check without a key. Spec: protocols/block/README.md, "Manifest".
 * Everything that is refused here is INVALID_DATA: the writer's fault, not that of the peer that sent it.
 */
import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { asBytes, asCid, asInt, asList, asMap, decode, encode } from './cbor.js'
import { DAG_CBOR, MAX_BLOCK_BYTES, RAW } from './cid.js'

/** Bytes of plaintext in a chunk. */
export const CHUNK_BYTES = 1024 * 1024
/** What Seal adds (protocols/README.md). */
export const SEAL_BYTES = 48
/** Length of a full chunk's block. */
export const FULL_CHUNK_BLOCK_BYTES = CHUNK_BYTES + SEAL_BYTES
/** Links of a full manifest. */
export const MAX_LINKS = 1024
export const MAX_LEVEL = 2
/** 1 PiB: what a full manifest of MAX_LEVEL holds. */
export const MAX_FILE_BYTES = CHUNK_BYTES * MAX_LINKS ** (MAX_LEVEL + 1)
/** Files up to this size, and only they, lie inside their manifest. */
export const INLINE_BYTES = 256 * 1024
/** The private half begins with the size as u64. */
export const SIZE_BYTES = 8
/** Then follows one key for each link. */
export const KEY_BYTES = 32
const VERSION = 1
/** No padding unit is smaller or larger than two to these powers. */
const PAD_MIN_LOG2 = 8
const PAD_MAX_LOG2 = 20
/** The unit is at most 1/16 of the size. */
const PAD_SHARE_LOG2 = 4

/** Length of a manifest with MAX_LINKS links whose descendants are all full, by level; it has one value (spec, "Full manifests"). */
export const FULL_MANIFEST_BLOCK_BYTES = [79_978, 79_982] as const
/** `bytes` of such a manifest, by level. */
export const FULL_MANIFEST_BYTES = [
  MAX_LINKS * FULL_CHUNK_BLOCK_BYTES,
  MAX_LINKS * (FULL_MANIFEST_BLOCK_BYTES[0] + MAX_LINKS * FULL_CHUNK_BLOCK_BYTES)
] as const

export interface PublicManifest {
  /** 0: links to chunks, or inline. 1, 2: links to manifests of one level less. */
  level: number
  links: CID[]
  /** Stored length of each linked block. */
  sizes: number[]
  /** Sum of `sizes` and of the children's own `bytes`. Repeats count each time; this block itself does not. */
  bytes: number
}

/** All that a parent's checks need of a child. */
export type ManifestFacts = Pick<PublicManifest, 'level' | 'bytes'> & { links: { readonly length: number } }

/** Length of `n` bytes of plaintext with their padding: at most 1/16 more from 4 KiB up, and never one more chunk. */
export function pad (n: number): number {
  const least = Math.max(n, 1)
  const log2 = least >= 2 ** 31 ? 31 : 31 - Math.clz32(least)
  const unit = 2 ** Math.min(Math.max(log2 - PAD_SHARE_LOG2, PAD_MIN_LOG2), PAD_MAX_LOG2)
  return Math.ceil(least / unit) * unit
}

/** The public half of a manifest's block, checked alone: form, codecs, sizes, sealed length. ProtocolError INVALID_DATA. */
export function readPublic (block: Uint8Array): PublicManifest {
  return splitManifest(block).manifest
}

/** A manifest's block taken apart: the checked public half, its own encoding (the AAD), and the sealed half. */
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

/** DAG-CBOR(public). */
export function encodePublic ({ level, links, sizes, bytes }: PublicManifest): Uint8Array {
  return encode({ v: VERSION, level, links, sizes, bytes })
}

/** A manifest's block. */
export function encodeManifest ({ level, links, sizes, bytes }: PublicManifest, sealed: Uint8Array): Uint8Array {
  return encode({ v: VERSION, level, links, sizes, bytes, sealed })
}

/** What holds for a root and not for every manifest: above level 0 at least two links, since it has the least level that holds the file. */
export function checkRoot (root: PublicManifest): void {
  if (root.level > 0 && root.links.length < 2) throw invalid('a root above level 0 with a single link')
}

/**
 * A child that has come, against what its parent says of it. With the last child the parent's `bytes` are checked too,
 * which is all of it when every other child is checked as well: their `bytes` have one value.
 */
export function checkChild (parent: PublicManifest, index: number, child: ManifestFacts, childBlockLength: number): void {
  const last = index === parent.links.length - 1
  if (parent.sizes[index] !== childBlockLength) throw invalid('a child of another length than its parent says')
  if (child.level !== parent.level - 1) throw invalid('a child of the wrong level')
  if (child.links.length === 0) throw invalid('an inline manifest below another')
  // padding is whole chunks where a file has more than one group
  if (child.level === 0 && child.bytes !== child.links.length * FULL_CHUNK_BLOCK_BYTES) throw invalid('a chunk below a tree that is not full')
  if (!last && !isFull(child)) throw invalid('a child that is not full before the last one')
  if (last && parent.bytes !== sum(parent.sizes) + index * fullBytes(child.level) + child.bytes) throw invalid('bytes is not the sum of what lies below')
}

/** All children of a manifest above level 0, in order, repeats included. */
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
  // of a last chunk that is longer than a full one, or has no plaintext
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
