/** Vectors of protocols/file, and of Seal (protocols/README.md). */
import { FULL_MANIFEST_BLOCK_BYTES, INLINE_BYTES, MAX_LINKS, pad, SEAL_BYTES } from '../../protocols/block/tree.js'
import { sealChunk } from '../../protocols/file/chunk.js'
import { type Child, sealInline, sealManifest, type SealedManifest } from '../../protocols/file/manifest.js'
import { seal } from '../../protocols/seal.js'
import { badChunks, badManifests, badPlaces } from './file-faults.js'
import { childOf, CHUNK_KEY, KEYS, MIB, pattern, SALT, smallTree } from './file-parts.js'
import { hex, type JsonBytes, toJsonBytes } from './json-bytes.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
/** Longer blocks are left out where they can be made from what is given: the CID says the rest. */
const SHOWN_BYTES = 10_000

export function generate (): unknown {
  return {
    notation: 'bytes are hex, or a list of hex and of [hex, how often] to put one after the other. `pattern` n stands for the n bytes 0, 1, … 250, 0, 1, …',
    chunkKey: hex(CHUNK_KEY),
    salt: hex(SALT),
    seal: { valid: seals(), bad: badSeals() },
    chunk: { valid: chunks(), bad: badChunks() },
    file: [0, 1, 256, 257, 5000, 262144, 262145, 300000, MIB, MIB + 1, 2 * MIB].map(file),
    manifest: { valid: manifests(), bad: badManifests() },
    place: { valid: places(), bad: badPlaces() }
  }
}

function seals (): unknown {
  const cases: Array<[aad: string, plaintext: string]> = [['', ''], ['', 'attack at dawn'], ['public', ''], ['public', 'private']]
  return cases.map(([aad, plaintext]) => ({ key: hex(CHUNK_KEY), aad: hex(text(aad)), plaintext: hex(text(plaintext)), sealed: hex(seal(CHUNK_KEY, text(aad), text(plaintext))) }))
}

function badSeals (): unknown {
  const good = seal(CHUNK_KEY, text('public'), text('private'))
  const flipped = (at: number): Uint8Array => good.map((byte, i) => i === at ? byte ^ 1 : byte)
  const empty = seal(CHUNK_KEY, text('public'), new Uint8Array(0))
  const cases: Array<[fault: string, sealed: Uint8Array, aad?: string, key?: Uint8Array]> = [
    ['nothing', new Uint8Array(0)],
    ['47 bytes', empty.subarray(0, SEAL_BYTES - 1)],
    ['first byte of the commitment altered', flipped(0)],
    ['last byte of the commitment altered', flipped(31)],
    ['ciphertext altered', flipped(32)],
    ['first byte of the tag altered', flipped(good.length - 16)],
    ['last byte of the tag altered', flipped(good.length - 1)],
    ['tag of 12 bytes', good.subarray(0, good.length - 4)],
    ['one byte more', Uint8Array.from([...good, 0])],
    ['another AAD', good, 'Public'],
    ['no AAD', good, ''],
    ['another key', good, 'public', SALT],
    ['the right commitment under another key', Uint8Array.from([...seal(SALT, text('public'), text('private')).subarray(0, 32), ...good.subarray(32)]), 'public', SALT]
  ]
  return cases.map(([fault, sealed, aad = 'public', key = CHUNK_KEY]) => ({ fault, key: hex(key), aad: hex(text(aad)), sealed: hex(sealed), code: 'INVALID_DATA' }))
}

/** Shorter than any chunk of a file is, so that the whole block fits here; the arithmetic is the same. */
function chunks (): unknown {
  return [{ plaintext: pattern(0, 256), length: 256 }, { plaintext: Uint8Array.from([...pattern(0, 200), ...new Uint8Array(56)]), length: 200 }].map(({ plaintext, length }) => {
    const { cid, key, block } = sealChunk(KEYS, SALT, plaintext)
    return { plaintext: hex(plaintext), length, key: hex(key), block: hex(block), cid: cid.toString() }
  })
}

/** Files of at most two chunks, from the source to the root. */
function file (size: number): unknown {
  const sealed = []
  for (let at = 0; size > INLINE_BYTES && at < size; at += MIB) {
    const length = Math.min(MIB, size - at)
    const data = new Uint8Array(Math.min(MIB, pad(size) - at))
    data.set(pattern(at, length))
    sealed.push({ ...sealChunk(KEYS, SALT, data), size: length })
  }
  const root = sealed.length === 0 ? sealInline(KEYS, SALT, pattern(0, size)) : sealManifest(KEYS, SALT, 0, sealed.map((chunk) => childOf(chunk, chunk.size)))
  const { cid, key, block, bytes } = root
  return {
    pattern: size,
    chunks: sealed.map((chunk) => ({ cid: chunk.cid.toString(), key: hex(chunk.key), length: chunk.block.length })),
    root: { cid: cid.toString(), key: hex(key), length: block.length, bytes, ...(block.length <= SHOWN_BYTES && { block: hex(block) }) }
  }
}

interface ValidManifest { name: string, key: string, block: JsonBytes, cid: string, size: number, bytes: number }

function valid (name: string, { cid, key, block, size, bytes }: SealedManifest): ValidManifest {
  return { name, key: hex(key), block: toJsonBytes(block), cid: cid.toString(), size, bytes }
}

function manifests (): ValidManifest[] {
  const { group, last, root } = smallTree()
  const below = sealManifest(KEYS, SALT, 1, Array<Child>(MAX_LINKS).fill(childOf(group, group.size)))
  const tail = sealManifest(KEYS, SALT, 1, [childOf(last, last.size)])
  const top = sealManifest(KEYS, SALT, 2, [childOf(below, below.size), childOf(tail, tail.size)])
  if (group.block.length !== FULL_MANIFEST_BLOCK_BYTES[0] || below.block.length !== FULL_MANIFEST_BLOCK_BYTES[1]) throw new Error('the lengths of full manifests are not what they are said to be')
  return [
    valid('inline, empty', sealInline(KEYS, SALT, new Uint8Array(0))),
    valid('level 1 over a full group and two chunks', root),
    valid('level 2 over a full level 1 and a level 1 with one link', top)
  ]
}

function places (): unknown {
  const { group, last, root } = smallTree()
  const parent = { key: hex(root.key), block: toJsonBytes(root.block) }
  return [{ index: 0, child: group }, { index: 1, child: last }].map(({ index, child }) => ({ parent, index, key: hex(child.key), block: toJsonBytes(child.block), size: child.size }))
}
