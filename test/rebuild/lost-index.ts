import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode } from '../../src/node/create-node.js'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { address, bytesOf, Cluster, inside } from '../node/cluster.js'

export const MIB = 1024 ** 2
/** Content of each file: large ones in several blocks, small ones that lie in the index. */
export const FILES: Array<[name: string, content: Uint8Array]> = [
  ['large', bytesOf('large', 3 * MIB)], ['one block', bytesOf('one', 400_000)],
  ...Array.from({ length: 60 }, (_, n): [string, Uint8Array] => [`small/${String(n).padStart(3, '0')}`, bytesOf(n, 2_000)])
]

/** Resolves once a full sync with another member has ended. */
export async function settled (node: DfsNode): Promise<void> {
  await inside(node).parts.rebuilt.settled({ connected: () => true, progressMs: 60_000, aloneUntil: Infinity })
  assert.equal(inside(node).parts.rebuilt.pending, false)
}

/** What damages an index that no node has open. */
export const DAMAGES: Record<string, (index: string) => Promise<void>> = {
  deleted: async (index) => { for (const part of ['', '-wal', '-shm']) await rm(index + part, { force: true }) },
  'cut in half': async (index) => { await truncate(index, Math.floor((await stat(index)).size / 2)) },
  'overwritten with junk': async (index) => { await writeFile(index, bytesOf('junk', (await stat(index)).size)) },
  'empty': async (index) => { await writeFile(index, '') },
  'with a page of noise in the middle': async (index) => {
    const content = await readFile(index)
    const page = Math.floor(content.length / 4096 / 2)
    await writeFile(index, Buffer.concat([content.subarray(0, page * 4096), bytesOf('noise', 4096), content.subarray((page + 1) * 4096)]))
  }
}

/** What tests of a lost index begin with. */
export interface Owners {
  cluster: Cluster
  /** A folder of a node that owns a vault and holds FILES, and what it is opened with. */
  alone: () => Promise<{ dir: string, init: DfsNodeInit }>
  /** Opens a folder that is there, and rebuilds its index where it must be. */
  rebuilt: (init: DfsNodeInit) => Promise<DfsNode>
}

/** Makes and removes, by the hooks of the suite that calls it, a folder of which `alone` hands out copies. */
export function owners (): Owners {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  let template: string
  before(async () => {
    template = await mkdtemp(join(tmpdir(), 'dfs-template-'))
    await using node = await createNode({ dir: template, start: false, label: 'alone' })
    for (const [name, content] of FILES) await node.put(name, content, { durable: 1 })
  })
  after(() => rm(template, { recursive: true }))

  async function alone (): Promise<{ dir: string, init: DfsNodeInit }> {
    const dir = await cluster.dir()
    await cp(template, dir, { recursive: true })
    return { dir, init: { dir, listen: [address()], label: 'alone' } }
  }

  const rebuilt = (init: DfsNodeInit): Promise<DfsNode> => cluster.node({ rebuildIndex: true, ...init, createIfMissing: false })
  return { cluster, alone, rebuilt }
}
