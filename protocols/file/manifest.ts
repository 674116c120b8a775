/**
 * This file seals and opens manifests, with their private half. Spec: protocols/file/README.md,
 * "Manifest".
 *
 * private = u64 size ‖ keys        or, inline, u64 size ‖ data padded with zeros to pad(size)
 * K       = MAC(chunk, L("manifest-key") ‖ H(public) ‖ H(private) ‖ salt)
 * block   = DAG-CBOR { ...public, sealed: Seal(K, AAD = DAG-CBOR(public), private) }
 */
import type { CID } from 'multiformats/cid'
import { asBytes } from '../block/cbor.js'
import { cidOf, DAG_CBOR } from '../block/cid.js'
import { HASH_BYTES, label, mac, sha256, u64 } from '../block/hash.js'
import {
  checkChild, checkRoot, CHUNK_BYTES, encodeManifest, encodePublic, INLINE_BYTES, KEY_BYTES, MAX_LINKS, pad,
  type PublicManifest, SEAL_BYTES, SIZE_BYTES, splitManifest
} from '../block/tree.js'
import { ProtocolError } from '../errors.js'
import { open, seal } from '../seal.js'
import { type ChunkKeys, type SealedBlock, unpad } from './chunk.js'

const MANIFEST_KEY = label('manifest-key')

/** A manifest links to this block. */
export interface Child {
  cid: CID
  key: Uint8Array
  /** The stored length of the block in bytes. */
  blockLength: number
  /** The field `bytes` of the child; 0 for a chunk. */
  bytes: number
  /** The number of the file's bytes in or below the child, without padding. */
  size: number
}

export interface SealedManifest extends SealedBlock {
  /** The field `bytes` of the public half. */
  bytes: number
  size: number
}

export type OpenManifest = OpenInline | OpenLinks

export interface OpenInline {
  kind: 'inline'
  size: number
  /** The file's bytes. */
  data: Uint8Array
}

export interface OpenLinks {
  kind: 'links'
  manifest: PublicManifest
  /** The number of the file's bytes below this manifest, without padding. */
  size: number
  /** The key `keys[i]` opens `links[i]`. */
  keys: Uint8Array[]
}

/** A manifest that is not the root is the link `index` of `parent`. */
export interface Place { parent: OpenLinks, index: number }

/**
 * Returns how many bytes of the file lie below one full link of a manifest of this level: 1 MiB, 1
 * GiB, 1 TiB.
 */
export function linkSpan (level: number): number {
  return CHUNK_BYTES * MAX_LINKS ** level
}

/**
 * Seals a manifest: of level 0 over chunks, of level 1 or 2 over manifests of one level less.
 *
 * @param children 1 to 1,024, in the order of the file
 */
export function sealManifest (keys: ChunkKeys, salt: Uint8Array, level: number, children: Child[]): SealedManifest {
  const sum = (of: (child: Child) => number): number => children.reduce((total, child) => total + of(child), 0)
  const size = sum((child) => child.size)
  const manifest = {
    level,
    links: children.map(({ cid }) => cid),
    sizes: children.map(({ blockLength }) => blockLength),
    bytes: sum((child) => child.blockLength + child.bytes)
  }
  const secret = new Uint8Array(SIZE_BYTES + KEY_BYTES * children.length)
  secret.set(u64(size))
  children.forEach(({ key }, i) => { secret.set(asBytes(key, KEY_BYTES), SIZE_BYTES + i * KEY_BYTES) })
  return sealWhole(keys, salt, manifest, secret, size)
}

/**
 * Seals the only block of a file of at most INLINE_BYTES.
 *
 * @throws RangeError when `data` is longer
 */
export function sealInline (keys: ChunkKeys, salt: Uint8Array, data: Uint8Array): SealedManifest {
  if (data.length > INLINE_BYTES) throw new RangeError(`${data.length} bytes do not fit into a manifest`)
  const secret = new Uint8Array(SIZE_BYTES + pad(data.length))
  secret.set(u64(data.length))
  secret.set(data, SIZE_BYTES)
  return sealWhole(keys, salt, { level: 0, links: [], sizes: [], bytes: 0 }, secret, data.length)
}

/**
 * Opens a manifest and checks all of it: its public half, that half against its parent (without
 * `place`: as a root), and the size inside.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function openManifest (key: Uint8Array, block: Uint8Array, place?: Place): OpenManifest {
  const { manifest, aad, sealed } = splitManifest(block)
  if (place === undefined) checkRoot(manifest)
  else checkChild(place.parent.manifest, place.index, manifest, block.length)
  const secret = open(key, aad, sealed)
  const size = readSize(secret)
  const rest = secret.subarray(SIZE_BYTES)
  if (manifest.links.length === 0) {
    if (pad(size) !== rest.length) throw invalid('the size does not fit the length of the data')
    return { kind: 'inline', size, data: unpad(rest, size) }
  }
  checkSize(manifest, size, place)
  const keys = manifest.links.map((_, i) => rest.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES))
  return { kind: 'links', manifest, size, keys }
}

function sealWhole (keys: ChunkKeys, salt: Uint8Array, manifest: PublicManifest, secret: Uint8Array, size: number): SealedManifest {
  const aad = encodePublic(manifest)
  const key = mac(asBytes(keys.chunk, HASH_BYTES), MANIFEST_KEY, sha256(aad), sha256(secret), asBytes(salt, HASH_BYTES))
  const block = encodeManifest(manifest, seal(key, aad, secret))
  return { cid: cidOf(DAG_CBOR, block), key, block, bytes: manifest.bytes, size }
}

function readSize (secret: Uint8Array): number {
  const size = new DataView(secret.buffer, secret.byteOffset).getBigUint64(0)
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('the size is out of range')
  return Number(size)
}

function checkSize ({ level, links, bytes }: PublicManifest, size: number, place: Place | undefined): void {
  if (Math.ceil(size / linkSpan(level)) !== links.length) throw invalid('the size does not fit the number of links')
  if (place === undefined) {
    const padded = bytes - SEAL_BYTES * links.length
    if (level === 0 && pad(size) !== padded) throw invalid('the size does not fit the length of the chunks')
    return
  }
  const { parent, index } = place
  const span = linkSpan(parent.manifest.level)
  if (size !== Math.min(span, parent.size - index * span)) throw invalid('a child of another size than its parent says')
}

function invalid (what: string): ProtocolError {
  return new ProtocolError('INVALID_DATA', `manifest: ${what}`)
}
