import assert from 'node:assert/strict'
import { cp, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesBelow } from '../node/blocks.js'
import { bytesOf, failsWith, inside, names } from '../node/cluster.js'
import { DAMAGES, owners } from './lost-index.js'

describe('an index that was lost or damaged, and a rebuild that was cut off', function () {
  this.timeout(60_000)
  const { cluster, alone, rebuilt } = owners()

  it('a rebuild that is aborted changes nothing, and the next one does it', async () => {
    const { dir, init } = await alone()
    await DAMAGES['cut in half']?.(join(dir, 'index.db'))
    const before = await filesBelow(dir)
    const stop = new AbortController()
    await failsWith(rebuilt({ ...init, signal: stop.signal, rebuildIndex: { onProgress: () => { stop.abort() } } }), 'ABORTED')
    assert.deepEqual(await filesBelow(dir), before)
    const node = await rebuilt(init)
    assert.ok((await names(node)).length > 0)
  })

  it('a rebuild that was cut off between any two renames is gone on with', async () => {
    const { dir, init } = await alone()
    await DAMAGES['cut in half']?.(join(dir, 'index.db'))
    await cp(dir, `${dir}-done`, { recursive: true })
    const reference = await rebuilt({ ...init, dir: `${dir}-done` })
    const [listed, aside] = [await names(reference), inside(reference).parts.rebuilt.info?.aside ?? '']
    await reference.stop()
    /** The old index is where it was, the new one beside it and whole; with a log that must not be read as the new one's. */
    const before = async (): Promise<string> => {
      const at = await cluster.dir()
      await cp(`${dir}-done`, at, { recursive: true })
      await rename(join(at, 'index.db'), join(at, 'index.db.new'))
      await rename(join(at, aside), join(at, 'index.db'))
      await writeFile(join(at, 'index.db-wal'), bytesOf('log', 5000))
      return at
    }
    const moments = [
      async () => {},
      async (at: string) => { await rename(join(at, 'index.db'), join(at, aside)) },
      async (at: string) => {
        await rename(join(at, 'index.db'), join(at, aside))
        await rename(join(at, 'index.db-wal'), join(at, `${aside}-wal`))
      }
    ]
    for (const moment of moments) {
      const at = await before()
      await moment(at)
      await failsWith(cluster.node({ ...init, dir: at, createIfMissing: false }), 'INDEX_DAMAGED')
      const node = await rebuilt({ ...init, dir: at })
      assert.deepEqual(await names(node), listed)
      assert.deepEqual(inside(node).parts.rebuilt.info?.aside, aside)
      await node.stop()
      // SQLite itself empties a log of which nothing is its own, where it opens the index beside it
      if (moment !== moments[0]) assert.equal((await stat(join(at, `${aside}-wal`))).size, 5000)
    }
    // a new index that is not whole is made again
    const at = await before()
    await truncate(join(at, 'index.db.new'), 8192)
    const node = await rebuilt({ ...init, dir: at })
    assert.deepEqual(await names(node), listed)
    await rm(`${dir}-done`, { recursive: true })
  })
})
