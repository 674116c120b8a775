import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesBelow } from '../node/blocks.js'
import { failsWith, inside, names, next } from '../node/cluster.js'
import { DAMAGES, FILES, owners } from './lost-index.js'

describe('an index that was lost or damaged', function () {
  this.timeout(60_000)
  const { cluster, alone, rebuilt } = owners()

  describe('without being asked', () => {
    for (const what of ['deleted', 'cut in half', 'overwritten with junk', 'empty']) {
      it(`${what}: nothing is made anew and nothing is touched`, async () => {
        const { dir, init } = await alone()
        await DAMAGES[what]?.(join(dir, 'index.db'))
        const before = await filesBelow(dir)
        const index = await readFile(join(dir, 'index.db')).catch(() => undefined)
        const error = await failsWith(cluster.node({ ...init, createIfMissing: false }), 'INDEX_DAMAGED')
        assert.match(error.message, /index\.db/)
        assert.deepEqual((await filesBelow(dir)).filter((path) => !/index\.db-(wal|shm)$/.test(path)), before)
        assert.deepEqual(await readFile(join(dir, 'index.db')).catch(() => undefined), index)
      })
    }

    it('a page that is found damaged while it runs: it says so, and takes nothing more', async () => {
      const { dir, init } = await alone()
      await DAMAGES['with a page of noise in the middle']?.(join(dir, 'index.db'))
      const node = await cluster.node({ ...init, createIfMissing: false })
      const told = next(node, 'index:failed')
      const result = await node.verify()
      assert.equal(result.ok, false)
      assert.notDeepEqual(result.index, [])
      assert.equal((await told).damaged, true)
      await failsWith(node.put('more', 'text', { durable: 1 }), 'INDEX_DAMAGED')
      assert.ok((await node.status()).notes.some((note) => note.includes('dfs verify --rebuild')))
    })
  })

  it('a sound one is left as it is', async () => {
    const { dir, init } = await alone()
    const before = await readdir(dir)
    const node = await rebuilt(init)
    assert.deepEqual(await names(node), FILES.map(([name]) => name).sort())
    assert.equal(inside(node).parts.rebuilt.info, undefined)
    await node.stop()
    assert.deepEqual((await readdir(dir)).sort(), before.sort())
  })

  it('an index of a newer version is refused, also with a rebuild', async () => {
    const { dir, init } = await alone()
    await writeFile(join(dir, 'format'), 'dfs 2\n')
    await failsWith(rebuilt(init), 'NEWER_FORMAT')
  })
})
