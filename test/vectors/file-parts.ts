/** What the vectors of protocols/file are made from. */
import { MAX_LINKS } from '../../protocols/block/tree.js'
import { sealChunk } from '../../protocols/file/chunk.js'
import { type Child, sealManifest, type SealedManifest } from '../../protocols/file/manifest.js'

export const MIB = 1024 * 1024
export const CHUNK_KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
export const SALT = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
export const KEYS = { chunk: CHUNK_KEY }
/** Byte i of a file is i mod 251: no two chunks are equal. */
const PATTERN_MODULUS = 251

export function pattern (from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) % PATTERN_MODULUS)
}

/** The link to a block that was sealed. */
export function childOf (sealed: { cid: Child['cid'], key: Uint8Array, block: Uint8Array, bytes?: number }, size: number): Child {
  return { cid: sealed.cid, key: sealed.key, blockLength: sealed.block.length, bytes: sealed.bytes ?? 0, size }
}

/** A tree over a full group of 1,024 times the same chunk, and a last group of two chunks, the second with one byte. */
export function smallTree (): { group: SealedManifest, last: SealedManifest, root: SealedManifest } {
  const zeros = sealChunk(KEYS, SALT, new Uint8Array(MIB))
  const one = sealChunk(KEYS, SALT, Uint8Array.from({ length: MIB }, (_, i) => i === 0 ? 1 : 0))
  const group = sealManifest(KEYS, SALT, 0, Array<Child>(MAX_LINKS).fill(childOf(zeros, MIB)))
  const last = sealManifest(KEYS, SALT, 0, [childOf(zeros, MIB), childOf(one, 1)])
  const root = sealManifest(KEYS, SALT, 1, [childOf(group, group.size), childOf(last, last.size)])
  return { group, last, root }
}
