import assert from 'node:assert/strict'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { checkRoot, CHUNK_BYTES, FULL_CHUNK_BLOCK_BYTES, INLINE_BYTES, MAX_FILE_BYTES, MAX_LINKS, pad, readPublic, SEAL_BYTES } from '../../protocols/block/tree.js'
import { blocksBelow } from '../../protocols/block/walk.js'
import { type Child, linkSpan, openManifest, type SealedManifest } from '../../protocols/file/manifest.js'
import { TreeBuilder } from '../../src/file/tree-builder.js'
import { SIZES } from '../fixtures/sizes.js'
import { CHUNK_KEY, SALT } from './memory.js'

const GIB = 1024 ** 3
const KEYS = { chunk: CHUNK_KEY }
const full: Child = { cid: cidOf(RAW, new Uint8Array(1)), key: new Uint8Array(32).fill(1), blockLength: FULL_CHUNK_BLOCK_BYTES, bytes: 0, size: CHUNK_BYTES }

/** Builds the tree of a file of this size over chunks that were never sealed. */
function build (size: number): { root: Child, blocks: Map<string, Uint8Array>, order: SealedManifest[] } {
  const tree = new TreeBuilder(KEYS, SALT)
  const order: SealedManifest[] = []
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, size - at)
    const blockLength = Math.min(CHUNK_BYTES, pad(size) - at) + SEAL_BYTES
    // the last chunk is another block than the full ones
    const chunk = length === CHUNK_BYTES ? full : { ...full, cid: cidOf(RAW, new Uint8Array(2)), blockLength, size: length }
    order.push(...tree.add(chunk))
  }
  const { sealed, root } = tree.finish()
  order.push(...sealed)
  return { root, order, blocks: new Map(order.map(({ cid, block }) => [cid.toString(), block])) }
}

/** Opens the whole tree, each manifest at its place; returns how many manifests there are. */
function check (blocks: Map<string, Uint8Array>, key: Uint8Array, cid: string, place?: Parameters<typeof openManifest>[2]): number {
  const opened = openManifest(key, blocks.get(cid) ?? new Uint8Array(0), place)
  assert.ok(opened.kind === 'links')
  if (opened.manifest.level === 0) return 1
  const counts = opened.manifest.links.map((link, index) => check(blocks, opened.keys[index] ?? new Uint8Array(0), link.toString(), { parent: opened, index }))
  return counts.reduce((a, b) => a + b, 1)
}

describe('TreeBuilder', () => {
  const sizes = [...SIZES, { size: 5 * GIB + 17, why: 'several groups' }].filter(({ size }) => size > INLINE_BYTES)
  assert.ok(sizes.length >= 8)
  for (const { size, why } of sizes) {
    it(`${size} bytes (${why})`, async () => {
      const { root, blocks } = build(size)
      assert.equal(root.size, size)
      assert.equal(check(blocks, root.key, root.cid.toString()), size > GIB ? Math.ceil(size / GIB) + 1 : 1)
      const walked: number[] = []
      for await (const block of blocksBelow(root.cid, async (cid) => blocks.get(cid.toString()) ?? new Uint8Array(0))) walked.push(block.size)
      assert.equal(walked[0], root.blockLength)
      assert.equal(readPublic(blocks.get(root.cid.toString()) ?? new Uint8Array(0)).level, size > GIB ? 1 : 0)
    })
  }

  it('seals a group with its last chunk', () => {
    const tree = new TreeBuilder(KEYS, SALT)
    for (let i = 1; i < MAX_LINKS; i++) assert.equal(tree.add(full).length, 0)
    const [group] = tree.add(full)
    assert.equal(group?.size, GIB)
    const { sealed, root } = tree.finish()
    assert.deepEqual(sealed, [])
    assert.equal(root.cid, group?.cid)
  })

  it('reaches level 2 with the chunk after 1 TiB, and not before', () => {
    const tree = new TreeBuilder(KEYS, SALT)
    const group = build(GIB).root
    for (let i = 1; i < MAX_LINKS; i++) assert.equal(tree.append(1, group).length, 0)
    const [level1] = tree.append(1, group)
    assert.ok(level1 !== undefined)
    assert.equal(level1.size, linkSpan(2))
    assert.equal(tree.finish().root.cid, level1.cid)
    tree.add({ ...full, size: 1 })
    const { sealed, root } = tree.finish()
    const manifests = sealed.map(({ block }) => readPublic(block))
    // of the last chunk: a group, and a level 1 with one link; then the root
    assert.deepEqual(manifests.map(({ level, links }) => [level, links.length]), [[0, 1], [1, 1], [2, 2]])
    const top = manifests[2]
    assert.ok(top !== undefined)
    checkRoot(top)
    assert.equal(root.size, linkSpan(2) + 1)
    const opened = openManifest(root.key, sealed[2]?.block ?? new Uint8Array(0))
    assert.ok(opened.kind === 'links')
    for (const [index, child] of [level1, sealed[1]].entries()) {
      assert.ok(child !== undefined)
      assert.equal(openManifest(child.key, child.block, { parent: opened, index }).size, index === 0 ? linkSpan(2) : 1)
    }
  })

  it('ends with 1 PiB', () => {
    const tree = new TreeBuilder(KEYS, SALT)
    const level1: Child = { ...full, cid: cidOf(DAG_CBOR, new Uint8Array(1)), size: linkSpan(2), bytes: 0 }
    for (let i = 1; i < MAX_LINKS; i++) assert.equal(tree.append(2, level1).length, 0)
    assert.equal(tree.append(2, level1)[0]?.size, MAX_FILE_BYTES)
    tree.add({ ...full, size: 1 })
    assert.throws(() => tree.finish(), { name: 'SourceError' })
  })

  it('refuses a tree without chunks', () => {
    assert.throws(() => new TreeBuilder(KEYS, SALT).finish(), RangeError)
  })
})
