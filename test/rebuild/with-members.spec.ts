import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { nodeState, REBUILT } from '../../src/index/queries/node-state.js'
import { filesBelow } from '../node/blocks.js'
import { address, collect, connected, failsWith, inside, infos, knows, names, next, same } from '../node/cluster.js'
import { DAMAGES, FILES, MIB, owners, settled } from './lost-index.js'

describe('an index that was lost or damaged, with other members', function () {
  this.timeout(60_000)
  const { cluster, alone, rebuilt } = owners()

  describe('with other members', () => {
    /** Three members with FILES on all, the third stopped. */
    async function three (): Promise<{ a: DfsNode, b: DfsNode, dir: string, init: DfsNodeInit }> {
      const a = await cluster.node((await alone()).init)
      const b = await cluster.member(a, { label: 'b' })
      const dir = await cluster.dir()
      const init = { dir, listen: [address()], label: 'c' }
      const c = await cluster.member(a, init)
      for (const node of [b, c]) while (inside(node).parts.downloader.state().versions > 0 || (await names(node)).length < FILES.length) await next(node, 'file:held')
      // b and c hear of each other through a
      await connected(b, c)
      const last = await c.put('of c', 'by c', { durable: 3 })
      for (const node of [a, b]) await knows(node, 'of c', last.version)
      await c.stop()
      return { a, b, dir, init }
    }

    const bytesFrom = async (node: DfsNode): Promise<number> => (await node.peers()).reduce((sum, { bytesReceived }) => sum + bytesReceived, 0)

    for (const what of ['deleted', 'cut in half']) {
      it(`${what}: it greets with its own admits, gets everything back, and fetches only what is missing`, async () => {
        const { a, b, dir, init } = await three()
        await DAMAGES[what]?.(join(dir, 'index.db'))
        const c = await rebuilt(init)
        await Promise.all([connected(a, c), connected(b, c)])
        await settled(c)
        const whole = (): boolean => inside(c).parts.downloader.state().versions === 0
        while (!whole()) await next(c, 'file:held')
        assert.deepEqual(await infos(c), await infos(a))
        assert.equal((await c.status()).entries, (await a.status()).entries)
        const received = await bytesFrom(c)
        assert.ok(received < 1.2 * MIB, `${received} bytes came`)
        assert.equal(nodeState(inside(c).folder.db, REBUILT), undefined)
        for (const node of [a, b]) await node.stop()
        for (const [name, content] of FILES) same(await collect(c.get(name)), content)
        const { ok, rebuilt: info } = await c.verify()
        assert.deepEqual([ok, info?.settled], [true, true])
      })
    }

    it('what it puts before it has heard of anybody waits for its own last entries, and makes no fork', async () => {
      const { a, b, dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      const c = await cluster.node({ ...init, createIfMissing: false, rebuildIndex: true }, { answerMs: 20_000, progressMs: 20_000 })
      const file = await c.put('of c', 'again, by c', { durable: 2 })
      assert.equal(file.conflict, false)
      for (const node of [a, b]) {
        await knows(node, 'of c', file.version)
        assert.deepEqual((await node.status()).forks, [])
      }
    })

    it('what it puts while nobody is there may be a fork, and nothing is lost by that', async () => {
      const { a, b, dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      const elsewhere = await cluster.node({ ...init, createIfMissing: false, rebuildIndex: true, start: false })
      await elsewhere.put('alone', 'by c', { durable: 1 })
      await elsewhere.stop()
      const c = await cluster.node({ ...init, createIfMissing: false })
      await Promise.all([connected(a, c), connected(b, c)])
      const file = (await infos(c)).find(({ name }) => name === 'alone')
      for (const node of [a, b]) {
        await knows(node, 'alone', file?.version ?? '')
        assert.equal(Buffer.from(await collect(node.get('of c'))).toString(), 'by c')
        assert.ok((await node.status()).forks.length > 0)
      }
    })

    it('without its file of admits it is no member any more, says so, and nothing has changed', async () => {
      const { dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      await rm(join(dir, 'admits'))
      const before = await filesBelow(dir)
      const error = await failsWith(rebuilt(init), 'KEYRING')
      assert.match(error.message, /invite/)
      assert.deepEqual(await filesBelow(dir), before)
      // damaged, the same
      await writeFile(join(dir, 'admits'), 'junk')
      await failsWith(rebuilt(init), 'KEYRING')
    })
  })
})
