import assert from 'node:assert/strict'
import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, RAW } from '../../../protocols/block/cid.js'
import { encodeManifest, FULL_CHUNK_BLOCK_BYTES, MAX_LINKS, readPublic, SEAL_BYTES } from '../../../protocols/block/tree.js'
import { blocksBelow } from '../../../protocols/block/walk.js'
import { type Child, sealManifest, type SealedManifest } from '../../../protocols/file/manifest.js'
import { childOf, KEYS, SALT, smallTree } from '../../vectors/file-parts.js'

const invalid = { name: 'ProtocolError', code: 'INVALID_DATA' }

class Blocks {
  readonly fetched: string[] = []
  private readonly held = new Map<string, Uint8Array>()

  add (...manifests: Array<{ cid: CID, block: Uint8Array }>): this {
    for (const { cid, block } of manifests) this.held.set(cid.toString(), block)
    return this
  }

  get = async (cid: CID, size?: number): Promise<Uint8Array> => {
    const block = this.held.get(cid.toString())
    if (block === undefined) throw new Error('not here')
    this.fetched.push(cid.toString())
    assert.ok(size === undefined || size === block.length)
    return block
  }
}

const over = (level: number, children: SealedManifest[]): SealedManifest => sealManifest(KEYS, SALT, level, children.map((child) => childOf(child, child.size)))

async function collect (root: CID, blocks: Blocks): Promise<Array<{ cid: CID, size: number }>> {
  const found = []
  for await (const block of blocksBelow(root, blocks.get)) found.push(block)
  return found
}

describe('blocksBelow', () => {
  it('gives the root first, manifests before their children, each block once', async () => {
    const { group, last, root } = smallTree()
    const blocks = new Blocks().add(group, last, root)
    const found = await collect(root.cid, blocks)
    const [zeros] = readPublic(group.block).links
    const one = readPublic(last.block).links[1]
    assert.deepEqual(found.map(({ cid }) => cid.toString()), [root.cid, group.cid, zeros, last.cid, one].map(String))
    assert.deepEqual(found.map(({ size }) => size), [root.block.length, group.block.length, FULL_CHUNK_BLOCK_BYTES, last.block.length, FULL_CHUNK_BLOCK_BYTES])
  })

  it('takes one step a distinct block, though 2^30 links lead to it', async () => {
    const { group } = smallTree()
    const middle = over(1, Array<SealedManifest>(MAX_LINKS).fill(group))
    const root = over(2, Array<SealedManifest>(MAX_LINKS).fill(middle))
    const blocks = new Blocks().add(group, middle, root)
    assert.equal((await collect(root.cid, blocks)).length, 4)
    assert.deepEqual(blocks.fetched, [root.cid, middle.cid, group.cid].map(String))
  })

  it('is the root alone for an inline file', async () => {
    const block = encodeManifest({ level: 0, links: [], sizes: [], bytes: 0 }, new Uint8Array(SEAL_BYTES + 8 + 256))
    const cid = cidOf(DAG_CBOR, block)
    assert.deepEqual(await collect(cid, new Blocks().add({ cid, block })), [{ cid, size: block.length }])
  })

  it('checks a child that it has seen at every place where it stands', async () => {
    const { group, last } = smallTree()
    const bad = over(1, [last, group])
    await assert.rejects(collect(bad.cid, new Blocks().add(group, last, bad)), invalid)
    const twice = over(1, [group, last, last])
    await assert.rejects(collect(twice.cid, new Blocks().add(group, last, twice)), invalid)
  })

  it('refuses a chunk as root, a root of level 1 with one link, and one chunk with two lengths', async () => {
    const { group } = smallTree()
    await assert.rejects(collect(cidOf(RAW, new Uint8Array(1)), new Blocks()), invalid)
    const single = over(1, [group])
    await assert.rejects(collect(single.cid, new Blocks().add(group, single)), invalid)
    const chunk: Child = { cid: cidOf(RAW, new Uint8Array(1)), key: new Uint8Array(32), blockLength: FULL_CHUNK_BLOCK_BYTES, bytes: 0, size: 1024 * 1024 }
    const two = sealManifest(KEYS, SALT, 0, [chunk, { ...chunk, blockLength: 65536 + SEAL_BYTES }])
    await assert.rejects(collect(two.cid, new Blocks().add(two)), invalid)
  })

  it('passes on what get throws, having given what came before', async () => {
    const { group, root } = smallTree()
    const found: string[] = []
    await assert.rejects(async () => {
      for await (const { cid } of blocksBelow(root.cid, new Blocks().add(group, root).get)) found.push(cid.toString())
    }, { message: 'not here' })
    assert.equal(found.length, 3)
  })
})
