import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeState, REBUILT } from '../../src/index/queries/node-state.js'
import { filesBelow } from '../node/blocks.js'
import { collect, inside, names, same } from '../node/cluster.js'
import { DAMAGES, FILES, MIB, owners } from './lost-index.js'

describe('an index that was lost or damaged, of the only member', function () {
  this.timeout(60_000)
  const { cluster, alone, rebuilt } = owners()

  for (const [what, damage] of Object.entries(DAMAGES)) {
    it(`${what}, of the only member: the blocks are all there, and what could be read of the index is back`, async () => {
      const { dir, init } = await alone()
      const blocks = await filesBelow(join(dir, 'blocks'))
      const index = join(dir, 'index.db')
      await damage(index)
      const old = await readFile(index).catch(() => undefined)
      const events: Array<{ type: string }> = []
      const node = await rebuilt({ ...init, rebuildIndex: { onProgress: (event) => { events.push(event) } } })
      assert.deepEqual(await filesBelow(join(dir, 'blocks')), blocks)
      const { info } = inside(node).parts.rebuilt
      assert.ok(info !== undefined && !info.settled)
      // what was damaged is beside it, as it was
      assert.equal(info.aside === undefined, old === undefined)
      if (info.aside !== undefined) assert.deepEqual(await readFile(join(dir, info.aside)), old)
      assert.deepEqual((await node.members()).map(({ peer, role, label }) => ({ peer, role, label })), [{ peer: node.peer, role: 'owner', label: 'alone' }])
      assert.ok(info.blocks >= blocks.length)
      assert.ok(inside(node).folder.store.usage().used >= 3.3 * MIB)

      const listed = await names(node)
      const contents = new Map(FILES)
      let read = 0
      for (const name of listed) {
        const bytes = await collect(node.get(name)).catch((error: Error & { code?: string }) => {
          assert.equal(error.code, 'BLOCKS_UNAVAILABLE', error.stack)
          return undefined
        })
        if (bytes === undefined) continue
        same(bytes, contents.get(name) ?? new Uint8Array())
        read++
      }
      if (what === 'with a page of noise in the middle') assert.ok(read >= FILES.length - 30, `${read} of ${FILES.length}`)
      // which files are in the half that is left is a matter of how the pages lie: 6 to 8 of 62
      if (what === 'cut in half') assert.ok(read > 0 && read === info.whole, `${read} of ${info.whole} whole ones, of ${FILES.length}`)
      if (old !== undefined) assert.ok(events.some(({ type }) => type === 'index:rebuild:read'))
      // it goes on: what it puts is new, and reads back
      const file = await node.put('after', 'text', { durable: 1 })
      assert.equal(Buffer.from(await collect(node.get('after'))).toString(), 'text')
      assert.equal((await node.verify()).ok, true)
      await node.stop()
      // and the new index is an index like any other
      const again = await cluster.node({ ...init, createIfMissing: false })
      assert.equal((await again.stat('after')).version, file.version)
      assert.notEqual(nodeState(inside(again).folder.db, REBUILT), undefined)
      assert.ok((await again.status()).notes.some((note) => note.includes('nothing is collected')))
    })
  }
})
