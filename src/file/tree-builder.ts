import { MAX_LEVEL, MAX_LINKS } from '../../protocols/block/tree.js'
import type { ChunkKeys } from '../../protocols/file/chunk.js'
import { type Child, sealManifest, type SealedManifest } from '../../protocols/file/manifest.js'
import { SourceError } from '../errors.js'

/**
 * The builder collects a file's chunks in order and seals each manifest with its last child. It
 * holds at most 1,024 children a level, however long the file is.
 */
export class TreeBuilder {
  private readonly levels: Child[][] = [[]]

  constructor (private readonly keys: ChunkKeys, private readonly salt: Uint8Array) {}

  /** Adds the next chunk and returns the manifests that it completed, lowest first. */
  add (chunk: Child): SealedManifest[] {
    return this.append(0, chunk)
  }

  /**
   * Returns the manifests that were still open, lowest first, and the root, which an earlier call
   * may have returned already.
   *
   * @throws RangeError without a chunk
   */
  finish (): { sealed: SealedManifest[], root: Child } {
    const sealed: SealedManifest[] = []
    for (let level = 0; ; level++) {
      const children = this.levels[level] ?? []
      const only = children[0]
      const top = level === this.levels.length - 1
      // the root is a manifest, not a chunk, that is alone on the topmost level
      if (top && level > 0 && children.length === 1 && only !== undefined) return { sealed, root: only }
      if (children.length > 0) sealed.push(...this.close(level))
      else if (top) throw new RangeError('a tree without chunks')
    }
  }

  /**
   * Adds a child to the open manifest of `level`. Above level 0 the child is a complete manifest,
   * with nothing open below it.
   */
  append (level: number, child: Child): SealedManifest[] {
    const children = this.levels[level] ??= []
    children.push(child)
    return children.length === MAX_LINKS ? this.close(level) : []
  }

  private close (level: number): SealedManifest[] {
    if (level > MAX_LEVEL) throw new SourceError('The source is larger than the 1 PiB that a file can have')
    const manifest = sealManifest(this.keys, this.salt, level, this.levels[level] ?? [])
    this.levels[level] = []
    const { cid, key, bytes, size, block } = manifest
    return [manifest, ...this.append(level + 1, { cid, key, bytes, size, blockLength: block.length })]
  }
}
