import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { DAG_CBOR } from './cid.js'
import { checkChild, checkRoot, type ManifestFacts, type PublicManifest, readPublic } from './tree.js'

export interface WalkedBlock {
  cid: CID
  /**
   * The stored length in bytes. For a chunk it is the length in the manifest; the chunk itself was
   * not read.
   */
  size: number
}

/** A second parent of a manifest needs only these facts of it, without its links. */
type Seen = { facts: ManifestFacts, blockLength: number }

/**
 * Yields every distinct block of a version: the root first, each manifest before its links, in the
 * order of the file. This needs no key. It costs one step a distinct block, however often blocks
 * repeat. Spec: protocols/block/README.md, "Walking".
 *
 * @param get returns the bytes of a manifest, verified against the CID; `size` is the length in its
 *   parent, undefined for the root
 * @throws ProtocolError INVALID_DATA when a manifest breaks a rule, and every error of `get`
 */
export async function * blocksBelow (root: CID, get: (cid: CID, size?: number) => Promise<Uint8Array>): AsyncGenerator<WalkedBlock, void, undefined> {
  if (root.code !== DAG_CBOR) throw new ProtocolError('INVALID_DATA', 'a root is a manifest')
  const block = await get(root)
  const manifest = readPublic(block)
  checkRoot(manifest)
  yield { cid: root, size: block.length }
  yield * new Walk(get).below(manifest)
}

class Walk {
  private readonly manifests = new Map<string, Seen>()
  private readonly chunks = new Map<string, number>()

  constructor (private readonly get: (cid: CID, size?: number) => Promise<Uint8Array>) {}

  async * below (parent: PublicManifest): AsyncGenerator<WalkedBlock, void, undefined> {
    for (const [index, cid] of parent.links.entries()) {
      const size = parent.sizes[index] ?? 0
      const key = Buffer.from(cid.multihash.digest).toString('latin1')
      if (parent.level === 0) {
        const seen = this.chunks.get(key)
        if (seen === size) continue
        if (seen !== undefined) throw new ProtocolError('INVALID_DATA', 'one chunk with two lengths')
        this.chunks.set(key, size)
        yield { cid, size }
        continue
      }
      const seen = this.manifests.get(key)
      if (seen !== undefined) {
        checkChild(parent, index, seen.facts, seen.blockLength)
        continue
      }
      const block = await this.get(cid, size)
      const manifest = readPublic(block)
      checkChild(parent, index, manifest, block.length)
      const { level, bytes, links: { length } } = manifest
      this.manifests.set(key, { facts: { level, bytes, links: { length } }, blockLength: block.length })
      yield { cid, size }
      yield * this.below(manifest)
    }
  }
}
