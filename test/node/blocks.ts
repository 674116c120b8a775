import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { DAG_CBOR } from '../../protocols/block/cid.js'
import { readPublic } from '../../protocols/block/tree.js'
import type { DfsNode } from '../../src/api/node.js'
import { inside } from './cluster.js'

/** The root and all below it that a node holds, found by walking; each once. */
export async function allCids (node: DfsNode, root: CID): Promise<CID[]> {
  const found = new Map<string, CID>()
  const open = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next.toString())) continue
    found.set(next.toString(), next)
    const block = next.code === DAG_CBOR ? await inside(node).folder.store.read(next) : undefined
    if (block !== undefined) open.push(...readPublic(block).links)
  }
  return [...found.values()]
}

/** Paths of all files below a folder, in their order. */
export async function filesBelow (dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort()
}

export const blockFiles = (dir: string): Promise<string[]> => filesBelow(join(dir, 'blocks'))
