import type { CID } from 'multiformats/cid'
import { type OpenLinks, linkSpan, openManifest } from '../../protocols/file/manifest.js'
import { InvalidDataError } from '../errors.js'

export interface PlannedChunk {
  block: { cid: CID, length: number }
  key: Uint8Array
  /** The number of bytes of the file in this chunk. */
  size: number
  /** The part of these bytes that lies in the range: from `from` to `to`, `to` not included. */
  from: number
  to: number
}

type Load = (block: PlannedChunk['block']) => Promise<Uint8Array>

/**
 * Yields the chunks of start..end (end not included) below `node`, in order. It loads only the
 * manifests on the way, each one group ahead, so that a reader does not wait at the border.
 */
export async function * planChunks (node: OpenLinks, start: number, end: number, load: Load): AsyncGenerator<PlannedChunk, void, undefined> {
  if (start >= end) return
  const span = linkSpan(node.manifest.level)
  const first = Math.floor(start / span)
  const last = Math.ceil(end / span) - 1
  const within = (index: number): { from: number, to: number } => ({ from: Math.max(0, start - index * span), to: Math.min(span, end - index * span) })
  if (node.manifest.level === 0) {
    for (let index = first; index <= last; index++) {
      yield { ...linkOf(node, index), size: Math.min(span, node.size - index * span), ...within(index) }
    }
    return
  }
  let next = loadChild(node, first, load)
  for (let index = first; index <= last; index++) {
    const child = await next
    if (index < last) next = loadChild(node, index + 1, load)
    const { from, to } = within(index)
    yield * planChunks(child, from, to, load)
  }
}

function loadChild (parent: OpenLinks, index: number, load: Load): Promise<OpenLinks> {
  const { block, key } = linkOf(parent, index)
  const child = load(block).then((bytes) => {
    const manifest = openManifest(key, bytes, { parent, index })
    if (manifest.kind === 'inline') throw new InvalidDataError('An inline manifest below another')
    return manifest
  })
  child.catch(() => {}) // seen when its turn comes, by nobody when the reader leaves before
  return child
}

function linkOf ({ manifest, keys }: OpenLinks, index: number): { block: { cid: CID, length: number }, key: Uint8Array } {
  const cid = manifest.links[index]
  const length = manifest.sizes[index]
  const key = keys[index]
  if (cid === undefined || length === undefined || key === undefined) throw new InvalidDataError('The range lies beyond the manifest')
  return { block: { cid, length }, key }
}
