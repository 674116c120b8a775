import { encode } from '../../protocols/block/cbor.js'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import {
  encodeManifest, FULL_CHUNK_BLOCK_BYTES, FULL_MANIFEST_BLOCK_BYTES, FULL_MANIFEST_BYTES, INLINE_BYTES, MAX_LINKS, pad, type PublicManifest, SEAL_BYTES
} from '../../protocols/block/tree.js'

const chunk = cidOf(RAW, new Uint8Array(1))
const lower = cidOf(DAG_CBOR, new Uint8Array(1))
const FULL = FULL_CHUNK_BLOCK_BYTES
const SHORT = pad(INLINE_BYTES + 1) + SEAL_BYTES
/** Nobody without a key can tell that this was never sealed. */
const sealedFor = (links: number): Uint8Array => new Uint8Array(SEAL_BYTES + 8 + 32 * links)
const inline = (data: number): Uint8Array => new Uint8Array(SEAL_BYTES + 8 + data)
const total = (sizes: number[]): number => sizes.reduce((a, b) => a + b, 0)

/** A manifest of level 0 whose chunks have these lengths. */
function group (sizes: number[]): PublicManifest {
  return { level: 0, links: sizes.map(() => chunk), sizes, bytes: total(sizes) }
}
/** `count` full chunks. */
const full = (count: number): PublicManifest => group(Array<number>(count).fill(FULL))
const blockOf = (manifest: PublicManifest, sealed = sealedFor(manifest.links.length)): Uint8Array => encodeManifest(manifest, sealed)
/** A manifest of level 1 or 2 over `count` - 1 full children and a last one. */
function over (level: 1 | 2, count: number, last: { blockLength: number, bytes: number }): PublicManifest {
  const block = FULL_MANIFEST_BLOCK_BYTES[level === 1 ? 0 : 1]
  const sizes = [...Array<number>(count - 1).fill(block), last.blockLength]
  return { level, links: sizes.map(() => lower), sizes, bytes: total(sizes) + (count - 1) * FULL_MANIFEST_BYTES[level === 1 ? 0 : 1] + last.bytes }
}
const facts = (manifest: PublicManifest): { blockLength: number, bytes: number } => ({ blockLength: blockOf(manifest).length, bytes: manifest.bytes })

const INLINE: PublicManifest = { level: 0, links: [], sizes: [], bytes: 0 }
const GROUP = full(MAX_LINKS)
const LEVEL1 = over(1, MAX_LINKS, facts(GROUP))
const LAST = full(3)
const ROOT1 = over(1, 2, facts(LAST))
const ROOT2 = over(2, 2, facts(ROOT1))

export function validManifests (): Array<{ name: string, block: Uint8Array, manifest: PublicManifest }> {
  const of = (name: string, manifest: PublicManifest, sealed?: Uint8Array): { name: string, block: Uint8Array, manifest: PublicManifest } => ({ name, manifest, block: blockOf(manifest, sealed) })
  return [
    of('inline, the shortest', INLINE, inline(256)),
    of('inline, the longest', INLINE, inline(INLINE_BYTES)),
    of('one chunk, the shortest', group([SHORT])),
    of('one full chunk', full(1)),
    of('two chunks, the last of 64 KiB', group([FULL, 65536 + SEAL_BYTES])),
    of('full level 0', GROUP),
    of('level 1 over a full group and three chunks', ROOT1),
    of('full level 1', LEVEL1),
    of('level 1 with one link: the last child of level 2', over(1, 1, facts(LAST))),
    of('level 2', ROOT2)
  ]
}

export function badManifests (): Array<{ fault: string, block: Uint8Array }> {
  const good = full(2)
  const fields = (change: Record<string, unknown>): Uint8Array => {
    const map = { v: 1, ...good, sealed: sealedFor(2), ...change }
    return encode(Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)))
  }
  const cases: Array<[fault: string, block: Uint8Array]> = [
    ['no CBOR', new Uint8Array([0xff])],
    ['a list', encode([1])],
    ['bytes after the end', Uint8Array.from([...blockOf(good), 0])],
    ...(['v', 'level', 'links', 'sizes', 'bytes', 'sealed'].map((key): [string, Uint8Array] => [`without ${key}`, fields({ [key]: undefined })])),
    ['a key more', fields({ w: 1 })],
    ['v 2', fields({ v: 2 })],
    ['level 3', blockOf({ ...ROOT2, level: 3 })],
    ['level -1', fields({ level: -1 })],
    ['a link that is a byte string', fields({ links: [chunk.bytes, chunk.bytes] })],
    ['a dag-cbor link at level 0', fields({ links: [chunk, lower] })],
    ['a raw link at level 1', blockOf({ ...ROOT1, links: [lower, chunk] })],
    ['no links at level 1', blockOf({ ...INLINE, level: 1 }, inline(256))],
    ['too many links', blockOf(full(MAX_LINKS + 1))],
    ['one size fewer than links', fields({ sizes: [FULL], bytes: FULL })],
    ['one size more than links', fields({ sizes: [FULL, FULL, FULL], bytes: 3 * FULL })],
    ['a size of 0', blockOf({ ...ROOT1, sizes: [0, 1] })],
    ['a size beyond the longest block', blockOf({ ...ROOT1, sizes: [1024 * 1024 + 64 * 1024 + 1, 1] })],
    ['bytes one too many', fields({ bytes: 2 * FULL + 1 })],
    ['bytes one too few', fields({ bytes: 2 * FULL - 1 })],
    ['bytes one padding unit too many', blockOf({ ...group([FULL, 65536 + SEAL_BYTES]), bytes: FULL + 2 * 65536 + SEAL_BYTES })],
    ['a first chunk that is not full', blockOf(group([65536 + SEAL_BYTES, FULL]))],
    ['a last chunk longer than a full one', blockOf(group([FULL, FULL + 32768]))],
    ['a last chunk of a length that padding never has', blockOf(group([FULL, 65536 + SEAL_BYTES + 256]))],
    ['a last chunk of 48 bytes: no plaintext', blockOf(group([FULL, SEAL_BYTES]))],
    ['chunks of a file that fits inline', blockOf(group([INLINE_BYTES + SEAL_BYTES]))],
    ['inline with bytes', blockOf({ ...INLINE, bytes: 1 }, inline(256))],
    ['inline of a length that padding never has', blockOf(INLINE, inline(255))],
    ['inline longer than inline files are', blockOf(INLINE, inline(pad(INLINE_BYTES + 1)))],
    ['inline without data', blockOf(INLINE, inline(0))],
    ['sealed of 47 bytes', blockOf(good, new Uint8Array(SEAL_BYTES - 1))],
    ['sealed for one link more', blockOf(good, sealedFor(3))],
    ['sealed one byte short', blockOf(good, sealedFor(2).subarray(1))]
  ]
  return cases.map(([fault, block]) => ({ fault, block }))
}

interface ChildCase { name?: string, fault?: string, parent: Uint8Array, index: number, child: Uint8Array, childBlockLength: number }

/** Parents above level 0 with a child that has come. */
export function children (): ChildCase[] {
  const pair = (parent: PublicManifest, index: number, child: PublicManifest, sealed?: Uint8Array): ChildCase => {
    const block = blockOf(child, sealed)
    return { parent: blockOf(parent), index, child: block, childBlockLength: block.length }
  }
  const short = group([FULL, 65536 + SEAL_BYTES])
  const unfullLevel1 = over(1, MAX_LINKS, facts(LAST))
  const ofLength = (index: number, child: PublicManifest, sealed?: Uint8Array): PublicManifest => {
    const sizes = ROOT1.sizes.map((size, i) => i === index ? blockOf(child, sealed).length : size)
    return { ...ROOT1, sizes, bytes: total(sizes) + FULL_MANIFEST_BYTES[0] + child.bytes }
  }
  return [
    { name: 'a full child before the last', ...pair(ROOT1, 0, GROUP) },
    { name: 'the last child', ...pair(ROOT1, 1, LAST) },
    { name: 'the last child, of level 1', ...pair(ROOT2, 1, ROOT1) },
    { name: 'a full child of level 1', ...pair(ROOT2, 0, LEVEL1) },
    { fault: 'a child of another length than its parent says', ...pair({ ...ROOT1, sizes: [FULL_MANIFEST_BLOCK_BYTES[0], blockOf(LAST).length + 1], bytes: ROOT1.bytes + 1 }, 1, LAST) },
    { fault: 'a child of level 0 below level 2', ...pair({ ...ROOT1, level: 2 }, 1, LAST) },
    { fault: 'a child of its parent\'s own level', ...pair(over(1, 2, facts(ROOT1)), 1, ROOT1) },
    { fault: 'a child that is not full before the last one', ...pair(ofLength(0, full(MAX_LINKS - 1)), 0, full(MAX_LINKS - 1)) },
    { fault: 'a child of level 1 whose own last child is not full before the last one', ...pair({ ...ROOT2, sizes: [blockOf(unfullLevel1).length, ...ROOT2.sizes.slice(1)] }, 0, unfullLevel1) },
    { fault: 'a last chunk that is not full below a tree', ...pair(over(1, 2, facts(short)), 1, short) },
    { fault: 'an inline child', ...pair(ofLength(1, INLINE, inline(256)), 1, INLINE, inline(256)) },
    { fault: 'bytes of the parent one too many', ...pair({ ...ROOT1, bytes: ROOT1.bytes + 1 }, 1, LAST) },
    { fault: 'bytes of the parent one too few', ...pair({ ...ROOT1, bytes: ROOT1.bytes - 1 }, 1, LAST) }
  ]
}
