import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MemoryBlockstore } from 'blockstore-core'
import { bytesOf, Cluster, collect, failsWith, same } from './cluster.js'

const MIB = 1024 ** 2
type Cid = { toString: () => string }
const reversed = (cid: Cid): string => [...cid.toString()].reverse().join('')
const below = (cid: Cid): string => `x/${cid.toString()}`

describe('node: a folder whose blocks lie in a place of their own', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())
  const content = bytesOf('x', 3 * MIB)

  /** A node that holds 3 MiB, and a text in its index, and was stopped. */
  const filled = async (dir: string, layout: object): Promise<void> => {
    const a = await cluster.node({ dir, ...layout })
    await a.put('x', content)
    await a.put('small', 'text')
    await a.stop()
  }
  const whole = async (dir: string, layout: object): Promise<void> => {
    const again = await cluster.node({ dir, ...layout })
    same(await collect(again.get('x')), content)
    const { ok, damaged } = await again.verify()
    assert.deepEqual([ok, damaged.blocks], [true, 0])
    await again.stop()
  }

  const layouts: Array<[string, object, Array<[string, object]>]> = [
    ['its own blockstore', { blockstore: new MemoryBlockstore() }, [['without', {}], ['with paths', { pathTransform: reversed }]]],
    ['its own paths', { pathTransform: reversed }, [['without', {}], ['with other paths', { pathTransform: below }], ['with a blockstore', { blockstore: new MemoryBlockstore() }]]],
    ['none', {}, [['with a blockstore', { blockstore: new MemoryBlockstore() }], ['with paths', { pathTransform: below }]]]
  ]
  for (const [name, layout, others] of layouts) {
    for (const [how, other] of others) {
      it(`with ${name} is not opened ${how}, and nothing of it counts as gone`, async () => {
        const dir = await cluster.dir()
        await filled(dir, layout)
        const error = await failsWith(cluster.node({ dir, ...other }), 'WRONG_LAYOUT')
        assert.ok(error.message.includes(dir))
        await failsWith(cluster.node({ dir, ...other, rebuildIndex: true }), 'WRONG_LAYOUT')
        await whole(dir, layout)
      })
    }
  }

  it('may get one while no block lies in a file, and remembers it', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node({ dir })
    await a.put('small', 'text')
    await a.stop()
    await filled(dir, { blockstore: new MemoryBlockstore() })
    assert.equal(await readFile(join(dir, 'layout'), 'utf8'), 'blockstore\n')
    await failsWith(cluster.node({ dir }), 'WRONG_LAYOUT')
  })

  it('what was found gone, because the store was another, is there again when the right one is asked', async () => {
    const dir = await cluster.dir()
    const blockstore = new MemoryBlockstore()
    await filled(dir, { blockstore })
    const empty = await cluster.node({ dir, blockstore: new MemoryBlockstore() })
    assert.equal((await empty.verify()).ok, false)
    await empty.stop()
    // one that cannot list what it has
    const right = await cluster.node({ dir, blockstore: Object.assign(Object.create(blockstore) as MemoryBlockstore, { getAll: undefined }) })
    const { ok, adopted, damaged } = await right.verify()
    assert.deepEqual([ok, adopted.blocks, damaged.blocks], [true, 3, 0])
    await right.stop()
    await whole(dir, { blockstore })
  })

  it('two blocks of one path are refused before anything is made', async () => {
    const dir = join(await cluster.dir(), 'new')
    for (const pathTransform of [() => 'x', (cid: Cid) => cid.toString().slice(0, 10), (cid: Cid) => cid.toString().slice(-2), (cid: { multihash: { digest: Uint8Array } }) => Buffer.from(cid.multihash.digest).toString('hex')]) {
      const error = await failsWith(cluster.node({ dir, pathTransform }), 'INVALID_OPTION')
      assert.match(error.message, /^pathTransform: two blocks would lie in/)
    }
    await failsWith(cluster.node({ dir, pathTransform: below, blockstore: new MemoryBlockstore() }), 'INVALID_OPTION')
    await failsWith(cluster.node({ dir, createIfMissing: false }), 'NO_VAULT')
  })
})
