import type { CID } from 'multiformats/cid'
import { u64 } from '../../protocols/block/hash.js'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { encodeManifest, encodePublic, FULL_CHUNK_BLOCK_BYTES, INLINE_BYTES, MAX_LINKS, type PublicManifest, readPublic, SEAL_BYTES } from '../../protocols/block/tree.js'
import { sealChunk } from '../../protocols/file/chunk.js'
import { type Child, sealInline, sealManifest } from '../../protocols/file/manifest.js'
import { NO_AAD, seal } from '../../protocols/seal.js'
import { childOf, KEYS, MIB, SALT, smallTree } from './file-parts.js'
import { hex, toJsonBytes } from './json-bytes.js'

const GIB = 1024 ** 3
/** Any key seals; only the writer that derives it from the content can tell. */
const KEY = new Uint8Array(32).fill(7)
const CODE = 'INVALID_DATA'
const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => i === at ? byte ^ 1 : byte)
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** A manifest whose halves were not checked by anybody, sealed rightly. */
function sealedAs (manifest: PublicManifest, secret: Uint8Array, aad = encodePublic(manifest)): Uint8Array {
  return encodeManifest(manifest, seal(KEY, aad, secret))
}

const link: CID = cidOf(RAW, new Uint8Array(1))
const twoChunks: PublicManifest = { level: 0, links: [link, link], sizes: [FULL_CHUNK_BLOCK_BYTES, 65536 + SEAL_BYTES], bytes: FULL_CHUNK_BLOCK_BYTES + 65536 + SEAL_BYTES }
const inline: PublicManifest = { level: 0, links: [], sizes: [], bytes: 0 }
const keysFor = (links: number): Uint8Array => new Uint8Array(32 * links)

export function badChunks (): unknown {
  const plaintext = new Uint8Array(256).fill(1, 0, 200)
  const { key, block } = sealChunk(KEYS, SALT, plaintext)
  const padded = (at: number): Uint8Array => seal(KEY, NO_AAD, flip(plaintext, at))
  const cases: Array<[fault: string, key: Uint8Array, block: Uint8Array, length: number]> = [
    ['first byte of padding not zero', KEY, padded(200), 200],
    ['last byte of padding not zero', KEY, padded(255), 200],
    ['more bytes asked for than there are', key, block, 257],
    ['ciphertext altered', key, flip(block, 100), 200],
    ['commitment altered', key, flip(block, 5), 200],
    ['tag altered', key, flip(block, block.length - 1), 200],
    ['47 bytes', key, block.subarray(0, SEAL_BYTES - 1), 0],
    ['sealed with an AAD', KEY, seal(KEY, new Uint8Array(1), plaintext), 200],
    ['the key of another chunk', sealChunk(KEYS, SALT, new Uint8Array(256)).key, block, 200]
  ]
  return cases.map(([fault, withKey, bytes, length]) => ({ fault, key: hex(withKey), block: hex(bytes), length, code: CODE }))
}

export function badManifests (): unknown {
  const good = sealInline(KEYS, SALT, new Uint8Array(3).fill(1))
  const secret = join(u64(3), new Uint8Array(256).fill(1, 0, 3))
  const list = (size: number): Uint8Array => join(u64(size), keysFor(2))
  const { group, root } = smallTree()
  const single = sealManifest(KEYS, SALT, 1, [childOf(group, group.size)])
  const cases: Array<[fault: string, block: Uint8Array, key?: Uint8Array]> = [
    ['first byte of padding not zero', sealedAs(inline, flip(secret, 8 + 3))],
    ['last byte of padding not zero', sealedAs(inline, flip(secret, 8 + 255))],
    ['inline size larger than the data', sealedAs(inline, join(u64(257), new Uint8Array(256)))],
    ['inline size that would have shorter padding', sealedAs(inline, join(u64(256), new Uint8Array(512)))],
    ['inline size 2^53', sealedAs(inline, join(new Uint8Array([0, 0x20, 0, 0, 0, 0, 0, 0]), new Uint8Array(256)))],
    ['size one chunk too small', sealedAs(twoChunks, list(MIB))],
    ['size that would have longer padding', sealedAs(twoChunks, list(MIB + 65537))],
    ['size of 2^64 - 1', sealedAs(twoChunks, join(new Uint8Array(8).fill(255), keysFor(2)))],
    ['one chunk with a size that fits inline', sealedAs({ level: 0, links: [link], sizes: [278528 + SEAL_BYTES], bytes: 278528 + SEAL_BYTES }, join(u64(INLINE_BYTES), keysFor(1)))],
    ['sealed with no AAD', sealedAs(twoChunks, list(MIB + 1), NO_AAD)],
    ['sealed with the AAD of another public half', sealedAs(twoChunks, list(MIB + 1), encodePublic(inline))],
    ['a root of level 1 with a single link', single.block, single.key],
    ['a root of level 1 with two links and a size for three', sealedAs(readPublic(root.block), list(2 * GIB + 1))],
    ['commitment altered', flip(good.block, good.block.length - 256 - 8 - 16 - 1), good.key],
    ['ciphertext altered', flip(good.block, good.block.length - 17), good.key],
    ['tag altered', flip(good.block, good.block.length - 1), good.key],
    ['another key', good.block]
  ]
  return cases.map(([fault, block, key = KEY]) => ({ fault, key: hex(key), block: toJsonBytes(block), code: CODE }))
}

/** Children that are good by themselves, at a place where they cannot stand. */
export function badPlaces (): unknown {
  const { group, last, root } = smallTree()
  const chunk = (size: number): Child => childOf(sealChunk(KEYS, SALT, new Uint8Array(MIB)), size)
  const shrunk = sealManifest(KEYS, SALT, 0, [...Array<Child>(MAX_LINKS - 1).fill(chunk(MIB)), chunk(MIB - 1)])
  const longer = sealManifest(KEYS, SALT, 0, [chunk(MIB), chunk(2)])
  const crowded = sealedAs(readPublic(last.block), join(u64(1), keysFor(2)))
  const crowdedChild = { ...childOf(last, 1), cid: cidOf(DAG_CBOR, crowded), key: KEY }
  const cases = [
    { fault: 'a last child with more chunks than its size needs', parent: sealManifest(KEYS, SALT, 1, [childOf(group, GIB), crowdedChild]), index: 1, child: { key: KEY, block: crowded } },
    { fault: 'the last child at the place of the first', parent: root, index: 0, child: last },
    { fault: 'the first child at the place of the last', parent: root, index: 1, child: group },
    { fault: 'a root as its own child', parent: root, index: 1, child: root },
    { fault: 'a full child before the last whose size is not 1 GiB', parent: sealManifest(KEYS, SALT, 1, [childOf(shrunk, GIB), childOf(last, last.size)]), index: 0, child: shrunk },
    { fault: 'a last child of a larger size than its parent leaves', parent: sealManifest(KEYS, SALT, 1, [childOf(group, GIB), childOf(longer, longer.size - 1)]), index: 1, child: longer }
  ]
  return cases.map(({ fault, parent, index, child }) => ({
    fault, parent: { key: hex(parent.key), block: toJsonBytes(parent.block) }, index, key: hex(child.key), block: toJsonBytes(child.block), code: CODE
  }))
}
