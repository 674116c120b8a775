import { MAX_LEVEL, MAX_LINKS } from '../../protocols/block/tree.js'
import type { ChunkKeys } from '../../protocols/file/chunk.js'
import { type Child, sealManifest, type SealedManifest } from '../../protocols/file/manifest.js'
import { SourceError } from '../errors.js'

/**
 * Collects a file's chunks in order and seals each manifest with its last child, so that what is held never grows with
 * the file: at most 1,024 children a level.
 */
export class TreeBuilder {
  private readonly levels: Child[][] = [[]]

  constructor (private readonly keys: ChunkKeys, private readonly salt: Uint8Array) {}

  /** Takes the next chunk; the manifests that it completed, lowest first. */
  add (chunk: Child): SealedManifest[] {
    return this.append(0, chunk)
  }

  /** The manifests that were left open, lowest first; the root is `root`, which may have been given out before. */
  finish (): { sealed: SealedManifest[], root: Child } {
    const sealed: SealedManifest[] = []
    for (let level = 0; ; level++) {
      const children = this.levels[level] ?? []
      const only = children[0]
      const top = level === this.levels.length - 1
      // a manifest, not a chunk, that stands alone above everything else is the root
      if (top && level > 0 && children.length === 1 && only !== undefined) return { sealed, root: only }
      if (children.length > 0) sealed.push(...this.close(level))
      else if (top) throw new RangeError('a tree without chunks')
    }
  }

  /** Takes a child for a manifest of `level`. Above level 0 that is a whole manifest, with nothing open below it. */
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
